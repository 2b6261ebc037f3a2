"""The budget of an institution and a year as an Excel workbook that it fills in anywhere, and back again.

columns.py: what stands on which sheet        content.py: operational plans and budget lines as plain rows
export.py: content → workbook        parse.py → compare.py → apply.py: workbook → preview → plans and lines, all or nothing
official.py: all official budget lines of a plan, to download only
The file itself (opening it safely, its look, its marks) is the business of frameworks/workbook.
"""
