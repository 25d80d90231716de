"""The few pages outside of the back office: no script, nothing from elsewhere."""

from html import escape

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh;
  display: grid; place-items: center; padding: 1.5rem; box-sizing: border-box }}
main {{ max-width: 26rem; text-align: center }}
h1 {{ font-size: 1.5rem; margin: 0 0 .5rem }}
button {{ font: inherit; font-weight: 600; padding: .8rem 2rem; border: 0; border-radius: .6rem;
  background: #3457d5; color: #fff; cursor: pointer; margin-top: 1rem }}
button:focus-visible {{ outline: 3px solid currentColor; outline-offset: 3px }}
</style>
</head>
<body><main><h1>{title}</h1>{body}</main></body>
</html>
"""


def page(title: str, *paragraphs: str) -> str:
    """A page of plain paragraphs."""
    return _PAGE.format(title=escape(title), body="".join(_paragraphs(*paragraphs)))


def confirmation(title: str, text: str, button: str, fields: dict[str, str]) -> str:
    """A page with one button, which posts `fields` to the page's own address."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    form = f'<form method="post">{hidden}<button>{escape(button)}</button></form>'
    return _PAGE.format(title=escape(title), body="".join(_paragraphs(text)) + form)


def _paragraphs(*texts: str) -> list[str]:
    return [f"<p>{escape(text)}</p>" for text in texts]
