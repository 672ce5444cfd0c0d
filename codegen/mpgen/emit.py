from pathlib import Path
import jinja2
from mpgen import text
T = Path(__file__).resolve().parent.parent / "templates"
def environment():
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(T), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
    env.filters.update(comment=text.comment, note=text.note, prototype=text.prototype, doc_comment=text.doc_comment, literal=text.literal, doc_block=text.doc_block, declares=text.declaration)
    return env
def render(renders):
    env = environment()
    return {r.output: env.get_template(r.template).render(**r.context) for r in renders}
