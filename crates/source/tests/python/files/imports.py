import os
import os.path
import a.b.c as d, e, f.g
from m import x
from m.n import x as y, z as z
from . import sibling
from ..pkg.mod import (
    one,
    two as deux,  # The second.
)
from ... import *
from __future__ import annotations
