from ruamel.yaml import YAML
def load(path):
    return YAML(typ="safe", pure=True).load(open(path, encoding="utf-8"))
