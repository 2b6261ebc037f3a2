"""Reporting offline: what an institution owes in a round as an Excel workbook that it fills anywhere, and back again.

columns.py: what stands on which sheet        content.py: the drafts of an institution as plain rows
export.py: drafts → workbook        parse.py → compare.py → apply.py: workbook → preview → drafts, all or nothing
The file itself (opening it safely, its look, its marks) is the business of frameworks/workbook.
"""
