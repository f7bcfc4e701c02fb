"""Functions that all programs call: they are made once, when a program needs them first."""

from __future__ import annotations

import functools
import signal
import time
from typing import Any

from . import machine

_kept: list[Any] = []  # what holds the code
STACK = 1 << 21  # bytes of a helper's: runs of elements stand there

# ``npbridge_share(work, frame, runs, pause, parts, most)`` has several threads do the parts of a loop nest.
# Helpers take no signals: those are for the threads of Python.  On a busy machine a helper can be put to sleep in the
# middle of a part, and some work is done no faster by two.  Each time that helpers made a nest slower, twice as many
# runs of it as before are made without any, up to 256.
_SHARE = """\
@npbridge_threads = external global i64
declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)
declare i32 @pthread_attr_init(ptr)
declare i32 @pthread_attr_setstacksize(ptr, i64)
declare i32 @pthread_attr_destroy(ptr)
declare i32 @pthread_sigmask(i32, ptr, ptr)
declare i32 @sigfillset(ptr)
define internal ptr @help(ptr %frame) {
  %at.size = getelementptr inbounds {i64, i64, ptr}, ptr %frame, i32 0, i32 1
  %size = load i64, ptr %at.size
  %at.work = getelementptr inbounds {i64, i64, ptr}, ptr %frame, i32 0, i32 2
  %work = load ptr, ptr %at.work
  %runs = alloca i8, i64 %size, align 64
  %done = call i64 %work(ptr %frame, ptr %runs)
  ret ptr null
}
define void @npbridge_share(ptr %work, ptr %frame, ptr %runs, ptr %pause, i64 %parts, i64 %most) {
entry:
  %threads = alloca [64 x i64]
  %signals = alloca [128 x i8], align 8
  %before = alloca [128 x i8], align 8
  %how = alloca [128 x i8], align 8
  %longest = getelementptr inbounds i64, ptr %pause, i64 1
  %size = load atomic i64, ptr @npbridge_threads monotonic, align 8
  %fewer = icmp slt i64 %size, %most
  %wanted = select i1 %fewer, i64 %size, i64 %most
  %helpers = sub i64 %wanted, 1
  %several = icmp sgt i64 %helpers, 0
  br i1 %several, label %look, label %alone
look:
  %skip = load atomic i64, ptr %pause monotonic, align 8
  %paused = icmp sgt i64 %skip, 0
  br i1 %paused, label %rest, label %start
rest:
  %left = sub i64 %skip, 1
  store atomic i64 %left, ptr %pause monotonic, align 8
  br label %alone
alone:
  %all = call i64 %work(ptr %frame, ptr %runs)
  ret void
start:
  %time.start = call i64 @now()
  %filled = call i32 @sigfillset(ptr %signals)
  %blocked = call i32 @pthread_sigmask(i32 SETMASK, ptr %signals, ptr %before)
  %begun = call i32 @pthread_attr_init(ptr %how)
  %sized = call i32 @pthread_attr_setstacksize(ptr %how, i64 STACK)
  br label %create
create:
  %i = phi i64 [ 0, %start ], [ %next, %try ]
  %enough = icmp sge i64 %i, %helpers
  br i1 %enough, label %go, label %try
try:
  %place = getelementptr inbounds i64, ptr %threads, i64 %i
  %failed = call i32 @pthread_create(ptr %place, ptr %how, ptr @help, ptr %frame)
  %next = add i64 %i, 1
  %made = icmp eq i32 %failed, 0
  br i1 %made, label %create, label %go
go:
  %ended = call i32 @pthread_attr_destroy(ptr %how)
  %unblocked = call i32 @pthread_sigmask(i32 SETMASK, ptr %before, ptr null)
  %time.go = call i64 @now()
  %count = call i64 %work(ptr %frame, ptr %runs)
  %time.done = call i64 @now()
  br label %join
join:
  %j = phi i64 [ 0, %go ], [ %j.next, %wait ]
  %none = icmp sge i64 %j, %i
  br i1 %none, label %judge, label %wait
wait:
  %place.j = getelementptr inbounds i64, ptr %threads, i64 %j
  %thread = load i64, ptr %place.j
  %joined = call i32 @pthread_join(i64 %thread, ptr null)
  %j.next = add i64 %j, 1
  br label %join
judge:
  %time.end = call i64 @now()
  %together = sub i64 %time.end, %time.start
  %worked = sub i64 %time.done, %time.go
  %whole = mul i64 %worked, %parts
  %compared = mul i64 %together, %count
  %slower = icmp sgt i64 %compared, %whole
  %last = load atomic i64, ptr %longest monotonic, align 8
  %doubled = shl i64 %last, 1
  %or.one = or i64 %doubled, 1
  %long = icmp sgt i64 %or.one, 256
  %bounded = select i1 %long, i64 256, i64 %or.one
  %new = select i1 %slower, i64 %bounded, i64 0
  store atomic i64 %new, ptr %pause monotonic, align 8
  store atomic i64 %new, ptr %longest monotonic, align 8
  ret void
}"""


# ``npbridge_interrupted(looked)`` says whether a handler of a signal has raised, in the thread that signals are for;
# `looked` is when it last looked, 0 before the first time, or -1 where it is not to.
_INTERRUPTED = """\
@npbridge_main = external global i64
declare i64 @PyThread_get_thread_ident()
declare i32 @PyGILState_Ensure()
declare void @PyGILState_Release(i32)
declare i32 @PyErr_CheckSignals()
define i1 @npbridge_interrupted(ptr %looked) {
  %thread = call i64 @PyThread_get_thread_ident()
  %main = load i64, ptr @npbridge_main
  %here = icmp eq i64 %thread, %main
  br i1 %here, label %clock, label %no
clock:
  %now = call i64 @now()
  %before = load i64, ptr %looked
  %never = icmp eq i64 %before, 0
  %short = icmp eq i64 %before, -1
  %since = sub i64 %now, %before
  %late = icmp sgt i64 %since, PAUSE
  %due = or i1 %never, %late
  %some = xor i1 %short, true
  %tell = and i1 %due, %some
  br i1 %tell, label %set, label %no
set:
  store i64 %now, ptr %looked
  br i1 %never, label %no, label %ask
ask:
  %state = call i32 @PyGILState_Ensure()
  %error = call i32 @PyErr_CheckSignals()
  call void @PyGILState_Release(i32 %state)
  %raised = icmp slt i32 %error, 0
  ret i1 %raised
no:
  ret i1 false
}"""
_NOW = """\
declare i32 @clock_gettime(i32, ptr)
define internal i64 @now() {
  %time = alloca [2 x i64]
  %failed = call i32 @clock_gettime(i32 CLOCK, ptr %time)
  %seconds = load i64, ptr %time
  %at = getelementptr inbounds i64, ptr %time, i64 1
  %rest = load i64, ptr %at
  %most = mul i64 %seconds, 1000000000
  %sum = add i64 %most, %rest
  ret i64 %sum
}"""


# ``npbridge_call(function, places)`` calls a function of Python's on an address, and says whether it raised.  What it
# raised stays the thread's, until Python has it again: no line of the function's own could catch what a handler of a
# signal raises before the first.
_CALL = """\
declare i32 @PyGILState_Ensure()
declare void @PyGILState_Release(i32)
declare ptr @PyLong_FromVoidPtr(ptr)
declare ptr @PyObject_CallFunctionObjArgs(ptr, ...)
declare void @Py_DecRef(ptr)
define i1 @npbridge_call(ptr %function, ptr %places) {
entry:
  %state = call i32 @PyGILState_Ensure()
  %number = call ptr @PyLong_FromVoidPtr(ptr %places)
  %none = icmp eq ptr %number, null
  br i1 %none, label %end, label %go
go:
  %result = call ptr (ptr, ...) @PyObject_CallFunctionObjArgs(ptr %function, ptr %number, ptr null)
  call void @Py_DecRef(ptr %number)
  %raised = icmp eq ptr %result, null
  br i1 %raised, label %end, label %done
done:
  call void @Py_DecRef(ptr %result)
  br label %end
end:
  %failed = phi i1 [ true, %entry ], [ true, %go ], [ false, %done ]
  call void @PyGILState_Release(i32 %state)
  ret i1 %failed
}"""


@functools.cache
def share(size: int) -> int:
    """The address of ``npbridge_share``; the number of threads stands at `size`."""
    words = {"STACK": STACK, "SETMASK": signal.SIG_SETMASK}
    return _made("npbridge_share", _SHARE, words, {"npbridge_threads": size})


@functools.cache
def interrupted(main: int, pause: int) -> int:
    """The address of ``npbridge_interrupted``; the main thread's number stands at `main`."""
    return _made("npbridge_interrupted", _INTERRUPTED, {"PAUSE": pause}, {"npbridge_main": main})


@functools.cache
def call() -> int:
    """The address of ``npbridge_call``."""
    return _made("npbridge_call", _CALL, {}, {})


def _made(name: str, text: str, words: dict[str, int], symbols: dict[str, int]) -> int:
    text = f"{_NOW}\n{text}"
    for word, value in {**words, "CLOCK": time.CLOCK_MONOTONIC}.items():
        text = text.replace(word, str(int(value)))
    _kept.append(machine.engine(text, symbols, name))
    return _kept[-1].get_function_address(name)
