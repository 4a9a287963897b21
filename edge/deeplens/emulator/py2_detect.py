"""The detection of programs that were written for Python 2 although Python 3 can parse them."""

import ast
from collections.abc import Iterator

_METHODS = frozenset(
    {"has_key", "iteritems", "iterkeys", "itervalues", "viewitems", "viewkeys", "viewvalues"}
)
_NAMES = frozenset(
    {"basestring", "cmp", "execfile", "long", "raw_input", "reduce", "reload", "unichr", "unicode", "xrange"}
)
_MODULES = frozenset(
    {
        *(
            "BaseHTTPServer",
            "ConfigParser",
            "Cookie",
            "HTMLParser",
            "Queue",
            "SimpleHTTPServer",
            "SocketServer",
        ),
        *("StringIO", "Tkinter", "__builtin__", "cPickle", "cStringIO", "commands", "cookielib", "httplib"),
        *("thread", "urllib2", "urlparse", "xmlrpclib"),
    }
)
_ATTRIBUTES = {
    "urllib": frozenset({"quote", "quote_plus", "unquote", "urlencode", "urlopen", "urlretrieve"}),
    "os": frozenset({"getcwdu"}),
    "sys": frozenset({"maxint"}),
}
# Functions that give no list any more.
_LISTS = frozenset({"filter", "map", "zip"})
_DICT_LISTS = frozenset({"items", "keys", "values"})
_FALLBACKS = frozenset({"AttributeError", "ImportError", "ModuleNotFoundError", "NameError"})


def is_python2(tree: ast.Module) -> bool:
    """Whether the program uses names or results of Python 2 alone, without a fallback of its own."""
    nodes = list(_walk(tree))
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            own |= {alias.asname or alias.name for alias in node.names}
    return any(_shows(node, own) for node in nodes)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those in a `try` with a fallback for Python 3."""
    yield node
    answered = isinstance(node, ast.Try) and any(
        isinstance(name, ast.Name) and name.id in _FALLBACKS
        for handler in node.handlers
        if handler.type is not None
        for name in ast.walk(handler.type)
    )
    for child in ast.iter_child_nodes(node):
        if answered and isinstance(node, ast.Try) and child in node.body:
            continue
        yield from _walk(child)


def _shows(node: ast.AST, own: set[str]) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _METHODS
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return name in _ATTRIBUTES.get(module, ())
        case ast.Name(id=name, ctx=ast.Load()):
            return name in _NAMES - own
        case ast.Import(names=aliases):
            return any(alias.name in _MODULES for alias in aliases)
        case ast.ImportFrom(module=module):
            return module in _MODULES
        case ast.Subscript(value=ast.Call(func=ast.Name(id=name))):
            return name in _LISTS - own
        case ast.Subscript(value=ast.Call(func=ast.Attribute(attr=name), args=[])):
            return name in _DICT_LISTS
    return False
