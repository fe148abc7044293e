class Empty: pass
@dataclass(frozen=True)
class Model(Base, Generic[T], metaclass=Meta, **options):
    """Doc."""
    table = "users"
    name: str
    age: int = 3
    a = b = 1
    c.d = 2
    x, y = 1, 2
    def __init__(self, name):
        self.name = name
    @property
    def size(self): return 1
    @size.setter
    def size(self, value): self._size = value
    @size.deleter
    def size(self): del self._size
    @functools.cached_property
    def cached(self): return 2
    @staticmethod
    def make(): return Model()
    @classmethod
    @wraps(f)
    async def build(cls): return cls()
    if DEBUG:
        def debug(self): pass
    class Meta:
        ordering = ["a"]
class P[T](Q): pass
