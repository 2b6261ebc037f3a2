"""A document of blocks as Word: real styles, headings and tables with header rows, so that a ministry can go on writing in it.

The same data gives the same bytes. Charts are left to their tables, which stand right below them in every format.
"""

import io
import re
import zipfile
from datetime import UTC

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from monitoring.reports import blocks
from monitoring.reports.present import presented_of

_INK = RGBColor(0x4A, 0x1F, 0x52)
_SHADE, _TOTAL_SHADE = "EDE8E4", "F6F3F0"
_PAGE_WIDTH = Mm(182)
#: What Word calls the languages of the interface.
_LANGUAGES = {"en": "en-GB", "pt": "pt-PT"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Every part of the file is dated so: a clock would make two files of the same data differ.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def render_docx(report):
    """The bytes of a Word document of `report`, whose kind must be presented as blocks (`sections`)."""
    with translation.override(settings.LANGUAGE_CODE):
        context = presented_of(report)
        document = Document()
        _set_up(document, report, context)
        _write_head(document, report, context)
        for section in context["sections"]:
            document.add_heading(_clean(section.heading), level=1)
            for block in section.blocks:
                _WRITERS[type(block)](document, block)
    return _packed(document)


def _clean(text):
    """Without the characters that no Word file may hold."""
    return _NOT_IN_XML.sub("", str(text))


# The frame


def _set_up(document, report, context):
    language = _LANGUAGES.get(settings.LANGUAGE_CODE, settings.LANGUAGE_CODE)
    about = document.core_properties
    about.title = _clean(f"{context['title']} – {report.plan.code}")
    about.subject = _clean(report.plan.title)
    about.author = about.last_modified_by = _("Secretariat of the plan")
    about.comments, about.keywords = "", ""
    about.language = language
    about.created = about.modified = report.cut_off.astimezone(UTC).replace(tzinfo=None)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(14)
    page.top_margin, page.bottom_margin = Mm(20), Mm(18)
    _set_styles(document, language)
    state = _("Version %(number)s") % {"number": report.version}
    foot = _("Data of %(day)s") % {"day": context["cut_off"]}
    if context["has_illustrative"]:
        foot += f" · {_('holds illustrative figures')}"
    _small(page.header.paragraphs[0], f"{report.plan.code} · {context['title']} · {state}")
    footer = page.footer.paragraphs[0]
    _small(footer, f"{foot} · ")
    _add_field(footer, "PAGE")
    footer.add_run(" / ")
    _add_field(footer, "NUMPAGES")


def _set_styles(document, language):
    styles = document.styles
    for mark in styles.element.iter(qn("w:lang")):
        mark.set(qn("w:val"), language)
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10)
    normal.element.rPr.rFonts.set(qn("w:cs"), "Calibri")
    normal.paragraph_format.space_after = Pt(5)
    normal.paragraph_format.line_spacing = 1.1
    for name, size in (("Title", 24), ("Heading 1", 15), ("Heading 2", 11.5), ("Caption", 9)):
        style = styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Caption"].paragraph_format.space_after = Pt(2)


def _small(paragraph, text):
    paragraph.add_run(_clean(text))
    paragraph.style.font.size = Pt(8)


def _add_field(paragraph, name):
    """A field that Word fills in, such as the number of the page."""
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, name), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _write_head(document, report, context):
    document.add_paragraph(_clean(report.plan.title), style="Subtitle")
    document.add_heading(_clean(context["title"]), level=0)
    document.add_paragraph(_clean(context["intro"]))
    document.add_paragraph(_clean(context["made"]))
    if context["has_illustrative"]:
        mark = document.add_paragraph(style="Intense Quote")
        mark.add_run(context["illustrative"])


# Blocks


def _write_text(document, block):
    document.add_paragraph(_clean(block.text))


def _write_points(document, block):
    for item in block.items:
        document.add_paragraph(_clean(item), style="List Bullet").paragraph_format.space_after = Pt(2)


def _write_subheading(document, block):
    document.add_heading(_clean(block.text), level=2)


def _write_nothing(document, block):
    """A chart: the table below it has the same figures, and can be edited."""


def _write_table(document, block):
    document.add_paragraph(_clean(block.caption), style="Caption")
    table = document.add_table(rows=0, cols=len(block.columns), style="Table Grid")
    table.autofit = False
    _describe(table, block.caption)
    head = table.add_row()
    _mark(head, "w:tblHeader")
    for cell, column in zip(head.cells, block.columns, strict=True):
        _fill(cell, (column.label,), column, strong=True, shade=_SHADE)
    for row in block.rows:
        made = table.add_row()
        if row.is_heading:
            whole = made.cells[0].merge(made.cells[-1])
            _fill(whole, row.cells[0], block.columns[0], strong=True, shade=_SHADE, width=_PAGE_WIDTH)
            for paragraph in whole.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
            continue
        shade = _TOTAL_SHADE if row.is_total else None
        for cell, column, lines in zip(made.cells, block.columns, row.cells, strict=True):
            _fill(cell, lines, column, strong=row.is_total, shade=shade)
    for row in table.rows:
        _mark(row, "w:cantSplit")
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _describe(table, caption):
    """What a screen reader says before it reads the table."""
    element = OxmlElement("w:tblCaption")
    element.set(qn("w:val"), _clean(caption))
    table._tbl.tblPr.append(element)


def _mark(row, name):
    element = OxmlElement(name)
    element.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(element)


def _fill(cell, lines, column, *, strong=False, shade=None, width=None):
    cell.width = width or int(_PAGE_WIDTH * column.share / 100)
    for number, line in enumerate(lines or ("",)):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        run = paragraph.add_run(_clean(line))
        run.bold, run.font.size = strong or None, Pt(9)
        paragraph.paragraph_format.space_after = Pt(1)
        if column.is_number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if shade:
        element = OxmlElement("w:shd")
        for key, value in (("val", "clear"), ("color", "auto"), ("fill", shade)):
            element.set(qn(f"w:{key}"), value)
        cell._tc.get_or_add_tcPr().append(element)


_WRITERS = {
    blocks.Text: _write_text,
    blocks.Points: _write_points,
    blocks.Subheading: _write_subheading,
    blocks.Chart: _write_nothing,
    blocks.Table: _write_table,
}


def _packed(document):
    """The bytes of the file, every part dated alike."""
    written, packed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = zipfile.ZipInfo(entry.filename, date_time=_ZIP_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(entry))
    return packed.getvalue()
