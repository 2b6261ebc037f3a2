"""Evidence beside some figures of the demo: a small file and a link, added by the focal point before handing in."""

import hashlib

from frameworks.documents import PDF, Document
from monitoring.operations.evidence import add_evidence

#: (position, institution, lead whose part it is or "") → (indicator or activity, what it shows, link or "" for a file).
EVIDENCE = {
    ("last", "MOI", ""): (
        ("1.4.1a", "Community mediators by municipality, list of December (illustrative)", ""),
        ("1.4.1", "The resolution that the training follows", "https://docs.un.org/S/RES/1325(2000)"),
    ),
    ("current", "MOI", ""): (
        ("1.4.1a", "Community mediators by municipality, present list (illustrative)", ""),
    ),
}


def show_evidence(story, submission, dates, step):
    """Adds what the table has for the submission, as its focal point (step.by) at the moment of the step."""
    lead = story.institutions[submission.accountable_id].code if submission.accountable_id else ""
    for code, title, link in EVIDENCE.get((dates.position, submission.institution.code, lead), ()):
        line = (
            {"indicator": story.indicators[code]}
            if code in story.indicators
            else {"activity": story.activities[code]}
        )
        (plan_part,) = line.values()
        pillar = plan_part.pillar_id if "indicator" in line else plan_part.output.goal.pillar_id
        if pillar != submission.pillar_id:
            continue
        file = {} if link else {"document": a_paper(title), "file_name": f"{code} {dates.label}.pdf"}
        add_evidence(submission=submission, by=step.by, at=step.at, title=title, url=link, **line, **file)


def a_paper(text):
    """A Document: a PDF of one page that says what it stands for, and that it is invented."""
    lines = [
        "Illustrative file of the demonstration. It stands for:",
        text.encode("ascii", "replace").decode(),
    ]
    shown = " T* ".join("({}) Tj".format(one.replace("(", "\\(").replace(")", "\\)")) for one in lines)
    content = f"BT /F1 12 Tf 16 TL 60 780 Td {shown} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >> stream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    data, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{data.index('xref')}\n%%EOF\n"
    made = data.encode("ascii")
    return Document(PDF, made, hashlib.sha256(made).hexdigest())
