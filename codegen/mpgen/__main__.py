import sys
from pathlib import Path
from mpgen import load, model, plan, emit
core = load.load(Path(__file__).resolve().parents[2] / "spec/memory_pages.yml")
own = load.load(sys.argv[2]) if len(sys.argv) > 2 else None
out = Path(sys.argv[1])
for name, content in emit.render(plan.plan(model.build(own, core))).items():
    p = out / name
    p.parent.mkdir(parents=True, exist_ok=True)
    p.write_text(content)
