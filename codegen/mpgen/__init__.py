"""Makes typed C headers from a spec of memory_pages: load, model, plan, emit, in this order."""
