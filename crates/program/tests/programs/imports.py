import os.path, json as j, a.b as ab
from . import sibling
from ..pkg.mod import name as alias, other
from star import *
import importlib

plugin = importlib.import_module("plugins.x")
old = __import__("legacy")
del ab.x, j["k"], plugin
def use():
    global made
    made = star_name(os, alias)
print(made)
