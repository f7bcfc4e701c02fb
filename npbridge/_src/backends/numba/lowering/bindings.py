"""Assignments: names, several names at once, items, items of containers."""

from __future__ import annotations

import ast
import copy
from typing import Any

from . import attributes
from .joins import OPERATOR, as_store, names_in, settled_value
from .questions import number_of
from .values import Dynamic, Known, Local, Method, Struct, Super, Value, is_constant, is_variable, number_kind


class Bindings:
    """The part of the walker that binds values to targets."""

    def do_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        value, made = self.expr(node.value)
        if isinstance(node.value, ast.Attribute) and isinstance(made, ast.Name) and self.loses_its_name(node):
            # the attribute is bound to another array later on, which is written into
            # the same memory: this name keeps the values of before
            made = ast.Call(ast.Attribute(made, "copy", ast.Load()), [], [])
            made.kept = True
        if len(node.targets) > 1 and made is not None and not isinstance(made, (ast.Name, ast.Constant)):
            name = self.fresh("shared")
            self.hoist(ast.Assign([ast.Name(name, ast.Store())], made), node)
            made = ast.Name(name, ast.Load())
        emitted: list[ast.stmt] = []
        for target in node.targets:
            emitted.extend(self.store(target, value, made, node))
        return emitted

    def loses_its_name(self, node: ast.Assign) -> bool:
        """Whether the function also assigns to the attribute that is read here."""
        if not isinstance(node.targets[0], (ast.Name, ast.Attribute)):
            return False
        name = node.value.attr
        stored = (n for n in ast.walk(self.tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
        augmented = {id(n.target) for n in ast.walk(self.tree) if isinstance(n, ast.AugAssign)}
        if not any(n.attr == name and id(n) not in augmented for n in stored):
            return False
        owner, _ = self.expr(node.value.value)
        return isinstance(owner, Known) and not is_variable(getattr(owner.value, name, None))

    def do_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt]:
        if node.value is None:
            return []
        value, made = self.expr(node.value)
        return self.store(node.target, value, made, node)

    def store(self, target: ast.expr, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        if isinstance(target, ast.Name):
            return self.store_name(target, value, made, node)
        if isinstance(target, (ast.Tuple, ast.List)):
            return self.store_several(target, value, made, node)
        if isinstance(target, ast.Attribute):
            return attributes.store(self, target, value, made, node)
        if isinstance(target, ast.Subscript):
            return self.store_item(target, value, made, node)
        raise self.error(node, "this assignment target has no compiled form")

    def store_name(self, target: ast.Name, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        name = target.id
        if name in self.globals_declared:
            raise self.error(node, f"the global variable {name!r} is bound anew, which compiled code cannot do")
        if isinstance(value, Known) and not is_constant(value.value):
            self.env[name] = value
            return []
        if isinstance(value, (Struct, Local, Method, Super)) and made is None:
            return self.store_struct(name, value, node)
        made = self.as_window(self.node(value, made, node))
        if isinstance(value, Dynamic) and value.flat and isinstance(made, ast.Subscript):
            if value.number is None and self.is_bound_once(name):
                made = made.value  # the name stands for the array itself, which may be written
            else:
                value = Dynamic(value.number, scalar=True)
        self.env[name] = self.settled(name, value)
        return [ast.Assign([ast.Name(name, ast.Store())], made)]

    def is_bound_once(self, name: str) -> bool:
        """Whether a name is given a value at one place, apart from what is done in place."""
        augmented = {id(n.target) for n in ast.walk(self.tree) if isinstance(n, ast.AugAssign)}
        stores = [n for n in ast.walk(self.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        return sum(n.id == name and id(n) not in augmented for n in stores) == 1 and name not in self.parameters

    def settled(self, name: str, value: Value) -> Value:
        """What the variable `name` is, once it holds `value`."""
        if isinstance(value, Known):
            return Known(value.value)
        if not isinstance(value, Struct):
            return value
        items = []
        for i, (v, m) in enumerate(value.items):
            if not isinstance(v, Known):
                v = v if isinstance(v, Dynamic) else Dynamic()
                v = Dynamic(v.number, v.scalar)
            m = ast.Subscript(ast.Name(name, ast.Load()), ast.Constant(i), ast.Load())
            m.of_tuple = name  # also of a constant: a loop may change it
            items.append((v, m))
        return Struct(value.kind, items, value.keys)

    def store_struct(self, name: str, value: Value, node: ast.AST) -> list[ast.stmt]:
        """A container keeps its items in variables of their own."""
        if not isinstance(value, Struct):
            self.env[name] = value
            return []
        emitted, items = [], []
        labels = value.keys if value.keys is not None else range(len(value.items))
        for label, (item, made) in zip(labels, value.items, strict=True):
            if made is None and isinstance(item, Known) and number_kind(item.value):
                item, made = Known(item.value), ast.Constant(item.value)  # a loop may change it
            if made is not None:
                part = self.struct_name(name, label)
                emitted.append(ast.Assign([ast.Name(part, ast.Store())], made))
                made = ast.Name(part, ast.Load())
            items.append((item, made))
        self.env[name] = Struct(value.kind, items, value.keys)
        return emitted

    def struct_name(self, name: str, label: Any) -> str:
        parts = self.__dict__.setdefault("_parts", {})
        key = (name, label)
        if key not in parts:
            parts[key] = self.fresh(f"{name}_{label}")
        return parts[key]

    def store_several(self, target: Any, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        starred = [i for i, t in enumerate(target.elts) if isinstance(t, ast.Starred)]
        items = self.items_of(value)
        if items is None:
            if self.program.options.robust and not starred and getattr(value, "number", None) is None:
                call = ast.Call(
                    self.stub("npb_unpack"), [self.node(value, made, node), ast.Constant(len(target.elts))], []
                )
                value, made = Dynamic(), call
            if starred or any(not isinstance(t, (ast.Name, ast.Tuple, ast.List)) for t in target.elts):
                return self._through_temporaries(target, value, made, node)
            plain = names_in(target)
            for name in plain:
                self.env[name] = Dynamic(scalar=value.scalar if isinstance(value, Dynamic) else False)
            if made is not None and getattr(value, "number", None) == "shape":
                for name in plain:
                    self.env[name] = Dynamic("int", scalar=True)
            return [ast.Assign([as_store(target)], self.node(value, made, node))]
        if starred:
            (k,) = starred
            rest = len(items) - len(target.elts) + 1
            if rest < 0:
                raise self.error(node, f"{len(items)} values for at least {len(target.elts) - 1} names")
            gathered = (Struct(list, items[k : k + rest]), None)
            items = [*items[:k], gathered, *items[k + rest :]]
            plain = [t.value if isinstance(t, ast.Starred) else t for t in target.elts]
            target = ast.copy_location(ast.Tuple(plain, ast.Store()), target)
        if len(items) != len(target.elts):
            raise self.error(node, f"{len(items)} values for {len(target.elts)} names")
        return self._store_items(target, items, node)

    def _store_items(self, target: Any, items: list, node: ast.AST) -> list[ast.stmt]:
        """``a, b = x, y``: every value is taken before the first name changes."""
        simple = all(isinstance(t, ast.Name) for t in target.elts)
        if simple and all(made is not None for _, made in items):
            names = ast.Tuple([ast.Name(t.id, ast.Store()) for t in target.elts], ast.Store())
            for t, (value, _) in zip(target.elts, items, strict=True):
                self.env[t.id] = settled_value(value)
            return [ast.Assign([names], ast.Tuple([made for _, made in items], ast.Load()))]
        held = []
        for value, made in items:
            if made is not None and not isinstance(made, ast.Constant):
                name = self.fresh("held")
                copied = made
                if isinstance(made, ast.Name) and attributes.rebinds(self, target):
                    copied = ast.Call(ast.Attribute(made, "copy", ast.Load()), [], [])
                    copied.kept = True
                self.hoist(ast.Assign([ast.Name(name, ast.Store())], copied), node)
                made = ast.Name(name, ast.Load())
            held.append((value, made))
        return [s for t, (value, made) in zip(target.elts, held, strict=True) for s in self.store(t, value, made, node)]

    def _through_temporaries(self, target: Any, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        whole = self.fresh("whole")
        emitted: list[ast.stmt] = [ast.Assign([ast.Name(whole, ast.Store())], self.node(value, made, node))]
        last = len(target.elts)
        if any(isinstance(t, ast.Starred) for t in target.elts):
            emitted.append(_enough(whole, last - 1))
        for i, t in enumerate(target.elts):
            if isinstance(t, ast.Starred):
                key: ast.expr = ast.Slice(ast.Constant(i), None if i == last - 1 else ast.Constant(i + 1 - last), None)
                t = t.value
            else:
                after = any(isinstance(u, ast.Starred) for u in target.elts[:i])
                key = ast.Constant(i - last if after else i)
            part: ast.expr = ast.Subscript(ast.Name(whole, ast.Load()), key, ast.Load())
            if isinstance(key, ast.Slice):  # a list, whatever it is taken of
                part = ast.Call(ast.Name("list", ast.Load()), [part], [])
            emitted.extend(self.store(t, Dynamic(), part, node))
        return emitted

    def store_item(self, target: ast.Subscript, value: Value, made: ast.expr | None, node: ast.AST) -> list[ast.stmt]:
        base, base_node = self.expr(target.value)
        if isinstance(base, Struct):
            return self._store_in_struct(target, base, value, made, node)
        if isinstance(base, Known):
            return self._store_in_known(target, base, value, made, node)
        return self._store_in_array(target, base, base_node, value, made, node)

    def _store_in_known(
        self, target: ast.Subscript, base: Known, value: Value, made: Any, node: ast.AST
    ) -> list[ast.stmt]:
        """``self.items[key] = value``: as an attribute, where an array or a number is there already."""
        key, _ = self.expr(target.slice)
        if base.path is not None and isinstance(key, Known) and type(base.value) in (list, dict):
            try:
                current = base.value[key.value]
            except LookupError:
                current = None
            held = attributes.store_at(self, base.path.item(key.value), current, value, made, node)
            if held is not None:
                return held
        raise self.error(
            node,
            "an item of a list or a dictionary that is an attribute, a global or a closure variable is assigned: "
            "compiled code takes such containers as constants. Use an array.",
        )

    def _store_in_array(
        self, target: Any, base: Any, base_node: Any, value: Value, made: Any, node: Any
    ) -> list[ast.stmt]:
        base_node = self.whole(base, base_node)
        key = self.index(target.slice)
        if self.is_dictionary(base_node):
            return [ast.Assign([ast.Subscript(base_node, key, ast.Store())], self.node(value, made, node))]
        base_node = self.held(base_node, node) if _may_not_fit(value) else base_node
        stored = self.fitting(base_node, value, made, node)
        wrapped = self.must_wrap(target.slice, base_node)
        if _may_be_a_view(value, stored):
            place = base_node if wrapped or not _is_plain(key) else ast.Subscript(base_node, key, ast.Load())
            stored = ast.Call(self.stub("npb_apart"), [place, stored], [])
        if self.program.options.robust and not wrapped and number_of(value) is None:
            stored = ast.Call(self.stub("npb_unsigned"), [base_node, stored], [])
        if wrapped:
            call = ast.Call(self.stub("npb_setitem"), [base_node, key, stored], [])
            return [ast.Expr(call)]
        return [ast.Assign([ast.Subscript(base_node, key, ast.Store())], stored)]

    def fitting(self, place: ast.expr, value: Value, made: ast.expr | None, node: ast.AST) -> ast.expr:
        """What is written into `place`, with a look at a number of Python's."""
        stored = self.node(value, made, node, context="array")
        if not _may_not_fit(value):
            return stored
        return ast.Call(self.stub("npb_weak"), [place, stored], [])

    def _store_in_struct(self, target: Any, base: Struct, value: Value, made: Any, node: ast.AST) -> list[ast.stmt]:
        key, _ = self.expr(target.slice)
        if not isinstance(key, Known) or not isinstance(target.value, ast.Name) or base.kind is tuple:
            raise self.error(node, "items of this container can only be assigned by a constant key, on its own name")
        if base.kind is list:
            position = range(len(base.items))[key.value]
            label = position
        else:
            label = key.value
            position = base.keys.index(label) if label in base.keys else len(base.items)
        items, keys = list(base.items), None if base.keys is None else list(base.keys)
        emitted = []
        made = self.updated_item(target.value.id, label, value, made, node)
        if made is None and isinstance(value, Known) and number_kind(value.value):
            value, made = Known(value.value), ast.Constant(value.value)
        if made is not None:
            part = self.struct_name(target.value.id, label)
            emitted = [ast.Assign([ast.Name(part, ast.Store())], made)]
            made = ast.Name(part, ast.Load())
        if position == len(items):
            items.append((value, made))
            keys.append(label)
        else:
            items[position] = (value, made)
        self.env[target.value.id] = Struct(base.kind, items, keys)
        return emitted

    def updated_item(self, name: str, label: Any, value: Value, made: Any, node: ast.AST) -> ast.expr | None:
        """Note that an item of a container that was an argument is replaced."""
        if name not in self.containers:
            return made
        if self.program.entry is not self:
            raise self.error(
                node,
                "an item of a container that the caller passed is replaced: compiled code does that in the outermost "
                "function only. Write into the array with [...] or return the new value.",
            )
        self.updates[name, label] = self.struct_name(name, label)
        return self.node(value, made, node)

    def do_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        target = node.target
        if isinstance(target, ast.Attribute):
            return attributes.augment(self, target, node)
        if isinstance(target, ast.Subscript):
            return self._augment_item(target, node)
        current, _ = self.load(target.id, target)
        if not isinstance(current, Dynamic) or (
            current.number and isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod))
        ):
            value, made = self.expr(self.binary_of(node))
            return self.store_name(ast.Name(target.id, ast.Store()), value, made, node)
        value, made = self.expr(node.value)
        made = self.node(value, made, node)
        if current.flat:
            place = ast.Subscript(ast.Name(target.id, ast.Load()), ast.Tuple([], ast.Load()), ast.Store())
            return [ast.AugAssign(place, node.op, made)]
        number = self.combined(current, value, node.op)
        self.env[target.id] = Dynamic(number, scalar=current.scalar)
        if self.program.options.robust:
            name = ast.Name(target.id, ast.Load())
            call = self.operator_call("i" + OPERATOR[type(node.op)], [name, made], [current, value])
            return [ast.Assign([ast.Name(target.id, ast.Store())], call)]
        made = self.fitted(ast.Name(target.id, ast.Load()), made, current, value)
        return [ast.AugAssign(ast.Name(target.id, ast.Store()), node.op, made)]

    def fitted(self, place: ast.expr, made: ast.expr, current: Value, value: Value) -> ast.expr:
        """`made`, with a look at whether its shape fits into `place`, and apart from its memory."""
        for one in (current, value):
            if isinstance(one, Known) or getattr(one, "scalar", False) or getattr(one, "number", None):
                return made
        fresh = ast.Constant(isinstance(made, (ast.BinOp, ast.UnaryOp, ast.Compare)))
        return ast.Call(self.stub("npb_fit"), [place, made, fresh], [])

    def binary_of(self, node: ast.AugAssign) -> ast.expr:
        read = copy.copy(node.target)
        read.ctx = ast.Load()
        return ast.copy_location(ast.BinOp(read, node.op, node.value), node)

    def _augment_item(self, target: ast.Subscript, node: ast.AugAssign) -> list[ast.stmt]:
        base, base_node = self.expr(target.value)
        if isinstance(base, (Struct, Known)) and base_node is None:
            current, place = self.expr(ast.Subscript(target.value, target.slice, ast.Load()))
            if isinstance(current, Dynamic) and not current.scalar and isinstance(place, ast.Name):
                made = self.dynamic(node.value)
                return [ast.AugAssign(ast.Name(place.id, ast.Store()), node.op, made)]
        if not isinstance(base, Dynamic):
            value, made = self.expr(self.binary_of(node))
            return self.store_item(target, value, made, node)
        base_node = self.whole(base, base_node)
        key = self.index(target.slice)
        value, made = self.expr(node.value)
        made = self.node(value, made, node, context="array")
        if self.must_wrap(target.slice, base_node) or self.program.options.robust:
            base_node, key = self.held(base_node, node), self.held(key, node)
            old = ast.Call(self.stub("npb_getitem"), [base_node, key], [])
            new = self.operator_call("i" + OPERATOR[type(node.op)], [old, made], [Dynamic(), value])
            if self.is_dictionary(base_node):
                return [ast.Assign([ast.Subscript(base_node, key, ast.Store())], new)]
            return [ast.Expr(ast.Call(self.stub("npb_setitem"), [base_node, key, new], []))]
        if _only_slices(key):
            place = ast.Subscript(copy.deepcopy(base_node), copy.deepcopy(key), ast.Load())
            if isinstance(base_node, ast.Name):
                place.value = base_node  # a lifted name is settled later
            made = self.fitted(place, made, Dynamic(), value)
        return [ast.AugAssign(ast.Subscript(base_node, key, ast.Store()), node.op, made)]

    def held(self, made: ast.expr, node: ast.AST) -> ast.expr:
        """`made` in a variable, so that it is evaluated once."""
        if isinstance(made, (ast.Name, ast.Constant)):
            return made
        name = self.fresh("held")
        self.hoist(ast.Assign([ast.Name(name, ast.Store())], made), node)
        return ast.Name(name, ast.Load())


def _enough(name: str, count: int) -> ast.stmt:
    size = ast.Call(ast.Name("len", ast.Load()), [ast.Name(name, ast.Load())], [])
    message = ast.Constant(f"not enough values to unpack (expected at least {count})")
    error = ast.Call(ast.Name("ValueError", ast.Load()), [message], [])
    return ast.If(ast.Compare(size, [ast.Lt()], [ast.Constant(count)]), [ast.Raise(error, None)], [])


def _may_not_fit(value: Value) -> bool:
    """Whether this is a number of Python's that some arrays of integers cannot hold."""
    if isinstance(value, Known) and type(value.value) in (int, float):
        return not 0 <= value.value < 128
    return number_of(value) in ("int", "float", "complex")


def _may_be_a_view(value: Value, made: ast.expr) -> bool:
    """Whether what is assigned may lie in memory that is read while it is written."""
    if not isinstance(value, Dynamic) or value.scalar or value.number:
        return False
    return isinstance(made, (ast.Name, ast.Subscript, ast.Attribute, ast.Call, ast.IfExp, ast.BoolOp))


def _is_plain(key: ast.expr) -> bool:
    """Whether an index may be evaluated twice."""
    return not isinstance(key, ast.Constant) and not any(isinstance(n, ast.Call) for n in ast.walk(key))


def _only_slices(key: ast.expr) -> bool:
    parts = key.elts if isinstance(key, ast.Tuple) else [key]
    whole = [p for p in parts if isinstance(p, ast.Slice) or (isinstance(p, ast.Constant) and p.value is ...)]
    return bool(whole) and all(p in whole or isinstance(p, ast.Constant) for p in parts)
