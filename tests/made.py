"""Files of every kind, made in memory: nothing that tests read comes from anywhere else."""

import io
import zipfile
import zlib
from email.message import EmailMessage

import pyarrow as arrow
import pyarrow.parquet as parquet

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages, compress=False, extra=b""):
    """A PDF with these lines on each page; what is in `extra` follows its objects."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for lines in pages:
        shown = b" ".join(b"(%s) Tj T*" % line.encode("cp1252") for line in lines.split("\n"))
        drawn = b"BT /F1 12 Tf 14 TL 72 720 Td %s ET" % shown if lines else b""
        objects.append(stream(drawn, compress=compress))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return assemble(objects, extra)


def stream(content, *, compress=False):
    packed = zlib.compress(content) if compress else content
    how = b" /Filter /FlateDecode" if compress else b""
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(packed), how, packed)


def assemble(objects, extra=b""):
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    out.write(extra)
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def encrypted_pdf(text, password):
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(text)))
    writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zipped(members, *, level=zipfile.ZIP_DEFLATED):
    """A zip file of names (or ZipInfo) and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs, body=None, **more):
    body = body or "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return zipped([("[Content_Types].xml", "<Types/>"), ("word/document.xml", document)])


def mail(text, *, html=None, attached=(), **headers):
    message = EmailMessage()
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="x", filename=name)
    return message.as_bytes()


def page(*paragraphs, head="", title="Men leave"):
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><nav>Home Contact "
        f"us</nav><article><h1>{title}</h1>{body}</article><footer>Rights</footer></body></html>"
    )


def feed(*items, top=""):
    entries = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>{top}<rss><channel><title>Post</title>{entries}</channel></rss>'


def table(**columns):
    out = io.BytesIO()
    parquet.write_table(arrow.table(columns), out, write_page_checksum=True)
    return out.getvalue()


def warc(*answers, packed=True):
    """A web archive of (address, status, kind of content, content)."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for url, status, kind, content in answers:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        content = content if isinstance(content, bytes) else content.encode()
        writer.write_record(
            writer.create_warc_record(
                url, "response", payload=io.BytesIO(content), http_headers=headers
            )
        )
    return out.getvalue()
