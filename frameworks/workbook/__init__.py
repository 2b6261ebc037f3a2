"""The whole framework of a plan as an Excel workbook that a ministry edits, and back again.

export.py: plan → workbook        parse.py → compare.py → apply.py: workbook → preview → plan, all or nothing
columns.py: what stands on which sheet (the one table that all of them go by)
content.py: a plan's framework as plain rows      annotate.py: the uploaded workbook with its errors marked
What knows no framework, and serves the template of a report (monitoring/template) and the workbook of a budget, too: pages.py,
rules.py, cells.py, rows.py, heads.py, reading.py, bases.py, annotate.py
"""
