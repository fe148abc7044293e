from base import Base


class Store(Base, metaclass=Meta):
    limit = 10
    double = limit * 2
    names: list = []
    if double:
        def late(self):
            return self

    def __init__(self, size=limit):
        super().__init__(size)
        super(Store, self).prepare()
        self.size = size

    @property
    def area(self):
        return self.size * Store.limit

    @area.setter
    def area(self, value):
        self.size = value

    @staticmethod
    def make(): return Store()

    @classmethod
    def build(cls): return cls()

    @cached(limit)
    def load(self, key): return [key for _ in self.names]

    class Inner:
        deep = 1


@register
class Plain:
    pass


def local():
    x = 1

    class Local:
        y = x

        def read(self):
            return x, Local

    return Local
