"""Files that people put in are handed out by a view that has asked who may read them, and by nothing else."""

from django.http import FileResponse

from frameworks.documents import download_name


def download_of(file, *, file_name, kind, otherwise):
    """The stored `file` as something to save, never to open in the page: whatever it holds, it does not run here.

    file_name: what its user called it. kind: its frameworks.documents.Kind. otherwise: a name where none is left.
    """
    response = FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=download_name(file_name, kind, otherwise),
        content_type=kind.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private"
    return response
