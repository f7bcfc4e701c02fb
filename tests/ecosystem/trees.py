"""JAX, and the libraries made of it: equinox, diffrax, lineax, optimistix, numpyro, flax, optax, orbax."""

from __future__ import annotations

import io
import tempfile

import numpy as np

from .data import M, V, W, lib
from .table import library


def jx():
    return lib("jax")


def jnp():
    return lib("jax.numpy")


def ox():
    return lib("optax")


def eq():
    return lib("equinox")


def dx():
    return lib("diffrax")


def lx():
    return lib("lineax")


def op():
    return lib("optimistix")


def nu():
    return lib("numpyro")


def dist():
    return lib("numpyro.distributions")


def fl():
    return lib("flax.linen")


def oc():
    return lib("orbax.checkpoint")


def train(A, opt):
    p = {"w": A([1.0, 2.0]), "b": A([0.5])}
    s = opt.init(p)
    g = {"w": A([0.1, 0.2]), "b": A([1.0])}
    for _ in range(3):
        u, s = opt.update(g, s, p)
        p = ox().apply_updates(p, u)
    return p


def sol(A, **k):
    return dx().diffeqsolve(dx().ODETerm(lambda t, y, args: -y), dx().Tsit5(), 0, 1, 0.1, A([1.0, 2.0]), **k).ys


def mcmc(A):
    def model(x, y=None):
        a = nu().sample("a", dist().Normal(0, 1))
        nu().sample("y", dist().Normal(a * x, 1.0), obs=y)

    m = nu().infer.MCMC(nu().infer.NUTS(model), num_warmup=5, num_samples=5, progress_bar=False)
    m.run(lib("jax").random.key(0), A(V), A(V))
    return m.get_samples()["a"]


def lin(A):
    m = fl().Dense(3)
    p = m.init(lib("jax").random.key(0), A([1.0, 2.0]))
    return m.apply(p, A([1.0, 2.0]))


def orb(A, t):
    d = tempfile.mkdtemp()
    c = oc().StandardCheckpointer()
    c.save(d + "/a", t)
    c.wait_until_finished()
    return c.restore(d + "/a")


library(
    "optax",
    **{
        n: (lambda n: lambda A: train(A, getattr(ox(), n)(0.1)))(n)
        for n in "sgd adam adamw rmsprop adagrad lion lamb adabelief nadam radam yogi novograd adadelta adafactor".split()
    },
    clip=lambda A: (
        ox().clip_by_global_norm(1.0).update({"a": A(V)}, ox().clip_by_global_norm(1.0).init({"a": A(V)}))[0]
    ),
    gn=lambda A: ox().global_norm({"a": A(V)}),
    cross=lambda A: ox().softmax_cross_entropy(A(M), A([[0.0, 1.0], [1.0, 0.0]])),
    ints=lambda A: ox().softmax_cross_entropy_with_integer_labels(A(M), A([0, 1])),
    huber=lambda A: ox().huber_loss(A(V), A(V) * 2),
    l2=lambda A: ox().l2_loss(A(V)),
    sig=lambda A: ox().sigmoid_binary_cross_entropy(A(V), A([1.0, 0, 1, 0, 1])),
    cos=lambda A: ox().cosine_similarity(A(V), A(V)),
    kl=lambda A: ox().kl_divergence(A([[-1.0, -2.0]]), A([[0.3, 0.7]])),
    ctc=lambda A: ox().log_cosh(A(V)),
    sched=lambda A: ox().cosine_decay_schedule(1.0, 10)(A([3])[0]),
    ema=lambda A: ox().incremental_update(A(V), A(V) * 2, 0.1),
    hinge=lambda A: ox().hinge_loss(A(V), A([1.0, -1, 1, -1, 1])),
    smooth=lambda A: ox().smooth_labels(A(M), 0.1),
    chain=lambda A: train(A, ox().chain(ox().clip(0.1), ox().sgd(0.1, momentum=0.9))),
    tree=lambda A: (
        lib("optax.tree_utils").tree_sum({"a": A(V)})
        if hasattr(lib("optax.tree_utils"), "tree_sum")
        else lib("optax").tree.sum({"a": A(V)})
    ),
    lb=lambda A: train(A, ox().chain(ox().scale_by_adam(), ox().scale(-0.1))),
    jit=lambda A: (
        lambda opt: jx().jit(lambda p: ox().apply_updates(p, opt.update(p, opt.init(p), p)[0]))({"a": A(V)})
    )(ox().adam(0.1)),
)
library(
    "jax",
    scan=lambda A: jx().lax.scan(lambda c, x: (c + x, c * x), A([0.0])[0], A(V)),
    scan0=lambda A: jx().lax.scan(lambda c, x: (c + x, c), A(V).sum(), A(V)),
    scanarr=lambda A: jx().lax.scan(lambda c, x: (c + x.sum(), c), A(np.zeros(())), A(M)),
    cond=lambda A: jx().jit(lambda v: jx().lax.cond(v.sum() > 1, lambda u: u * 2, lambda u: u, v))(A(V)),
    cond2=lambda A: jx().jit(lambda v: jx().lax.cond((v > 1).any(), lambda u: u * 2, lambda u: u, v))(A(V)),
    fori=lambda A: jx().lax.fori_loop(0, 3, lambda i, c: c * 2, A(V)),
    wh=lambda A: jx().lax.while_loop(lambda c: (c < 10).all(), lambda c: c * 2, A(V)),
    whj=lambda A: jx().jit(lambda v: jx().lax.while_loop(lambda c: c.sum() < 100, lambda c: c * 2, v))(A(V)),
    mp=lambda A: jx().lax.map(lambda v: v * 2, A(V)),
    vmap=lambda A: jx().vmap(lambda v: v.sum())(A(M)),
    grad=lambda A: jx().grad(lambda v: jnp().sum(v**2))(A(V)),
    gradm=lambda A: jx().grad(lambda v: (v**2).sum())(A(V)),
    vg=lambda A: jx().value_and_grad(lambda v: jnp().sum(v**2))(A(V)),
    jac=lambda A: jx().jacfwd(lambda v: v**2)(A(V)),
    jacr=lambda A: jx().jacrev(lambda v: jnp().square(v))(A(V)),
    hess=lambda A: jx().hessian(lambda v: jnp().sum(v**3))(A(V)),
    jit=lambda A: jx().jit(lambda v: v * 2)(A(V)),
    jitnps=lambda A: jx().jit(lambda v: jnp().sum(v))(A(V)),
    tm=lambda A: jx().tree.map(lambda v: v * 2, {"a": A(V)}),
    tl=lambda A: len(jx().tree.leaves({"a": A(V)})),
    dp=lambda A: jx().device_put(A(V)),
    dg=lambda A: jx().device_get(A(V)),
    jasa=lambda A: jnp().asarray(A(V)),
    jarr=lambda A: jnp().array([A(V), A(V)]),
    jstack=lambda A: jnp().stack([A(V), A(V)]),
    jdot=lambda A: jnp().dot(A(M), A(M)),
    jwhere=lambda A: jnp().where(A([True, False]), A([1.0, 2.0]), 0.0),
    jidx=lambda A: jnp().arange(5.0)[A([0, 1])],
    jidx2=lambda A: jnp().arange(3.0)[A([True, False, True])],
    jset=lambda A: jnp().zeros(3).at[A([0, 1])].set(A([1.0, 2.0])),
    jset2=lambda A: jnp().zeros(3).at[0].set(A([1.0, 2.0])[0]),
    jadd=lambda A: jnp().ones(5) + A(V),
    jradd=lambda A: A(V) + jnp().ones(5),
    jmm=lambda A: jnp().ones((2, 2)) @ A(M),
    jcmp=lambda A: jnp().ones(5) < A(V),
    jnn=lambda A: jx().nn.softmax(A(V)),
    jrelu=lambda A: jx().nn.relu(A(V)),
    jlog=lambda A: jx().nn.logsumexp(A(V)),
    onehot=lambda A: jx().nn.one_hot(A([0, 1]), 3),
    rnd=lambda A: jx().random.choice(jx().random.key(0), A(V)),
    rndn=lambda A: jx().random.normal(jx().random.key(0), A([2])),
    perm=lambda A: jx().random.permutation(jx().random.key(0), A(V)),
    cat=lambda A: jx().random.categorical(jx().random.key(0), A(V)),
    lax=lambda A: jx().lax.add(A(V), A(V)),
    laxd=lambda A: jx().lax.dynamic_slice(A(V), (A([1])[0],), (2,)),
    conv=lambda A: jx().lax.conv(A(np.ones((1, 1, 4, 4))), A(np.ones((1, 1, 2, 2))), (1, 1), "VALID"),
    sel=lambda A: jx().lax.select(A([True, False]), A([1.0, 2.0]), A([3.0, 4.0])),
    topk=lambda A: jx().lax.top_k(A(V), 2),
    sort=lambda A: jx().lax.sort(A(V)),
    cum=lambda A: jx().lax.cumsum(A(V)),
    spl=lambda A: jx().scipy.special.erf(A(V)),
    sl=lambda A: jx().scipy.linalg.cholesky(A(M)),
    seg=lambda A: jx().ops.segment_sum(A(V), A([0, 0, 1, 1, 1])),
    ravel=lambda A: lib("jax.flatten_util").ravel_pytree({"a": A(V)})[0],
    ev=lambda A: str(jx().eval_shape(lambda v: v * 2, A(V)).shape),
    ckpt=lambda A: jx().checkpoint(lambda v: v * 2)(A(V)),
    pure=lambda A: jx().jit(
        lambda v: jx().pure_callback(lambda u: np.asarray(u) * 2, jx().ShapeDtypeStruct((5,), float), v)
    )(A(V)),
    linz=lambda A: jx().linearize(lambda v: v * 2, A(V))[0],
    vjp=lambda A: jx().vjp(lambda v: jnp().sin(v), A(V))[1](A(V)),
    jvp=lambda A: jx().jvp(lambda v: jnp().sin(v), (A(V),), (A(V),)),
    odeint=lambda A: lib("jax.experimental.ode").odeint(lambda y, t: -y, A([1.0]), A([0.0, 1.0])),
    minim=lambda A: np.round(
        lib("jax.scipy.optimize").minimize(lambda v: jnp().sum((v - 1) ** 2), A([0.0, 0.0]), method="BFGS").x, 4
    ),
    interp=lambda A: jnp().interp(A([1.5]), A([1.0, 2.0]), A([3.0, 4.0])),
    cg=lambda A: jx().scipy.sparse.linalg.cg(A(M), A([1.0, 2.0]))[0],
    einsum=lambda A: jnp().einsum("ij,jk", A(M), A(M)),
    lin=lambda A: jnp().linalg.solve(A(M), A([1.0, 2.0])),
    npj=lambda A: np.add(jnp().ones(5), A(V)),
    concat=lambda A: np.concatenate([A(V), jnp().ones(2)]),
    setit=lambda A: [x := A(V), x.__setitem__(slice(0, 2), jnp().zeros(2)), x][-1],
    item=lambda A: A(V)[jnp().array([0, 1])],
    sw=lambda A: jx().lax.switch(A([1])[0], [lambda v: v, lambda v: v * 2], A(V)),
    stg=lambda A: jx().lax.stop_gradient(A(V)),
    assoc=lambda A: jx().lax.associative_scan(jnp().add, A(V)),
    dot=lambda A: jx().lax.dot(A(M), A(M)),
    bro=lambda A: jx().lax.broadcast(A(V), (2,)),
    concl=lambda A: jx().lax.concatenate([A(V), A(V)], 0),
    gath=lambda A: jnp().take(A(V), A([0, 1])),
    hist=lambda A: jnp().histogram(A(V), A([0.0, 2.0, 6.0]))[0],
    ss=lambda A: jnp().searchsorted(A([1.0, 2.0]), A([1.5])),
    poly=lambda A: jnp().polyval(A([1.0, 2.0]), A(V)),
    vec=lambda A: jnp().vectorize(lambda a: a * 2)(A(V)),
    boolc=lambda A: bool(jnp().allclose(A(V), A(V))),
    stat=lambda A: jx().scipy.stats.norm.pdf(A(V)),
    fft=lambda A: jnp().fft.fft(A(V)),
    jits=lambda A: jx().jit(lambda v, n: v * n, static_argnums=1)(A(V), 3),
    tb=lambda A: jx().tree.reduce(lambda a, b: a + b, [A(V), A(V)]),
    tt=lambda A: jx().tree.transpose(
        jx().tree.structure([0, 0]), jx().tree.structure((0, 0)), [(A(V), A(V)), (A(V), A(V))]
    ),
    bl=lambda A: jx().block_until_ready(A(V)),
    pr=lambda A: jx().jit(lambda v: (v, v.sum()))(A(V)),
    meta=lambda A: str(jx().make_jaxpr(lambda v: jnp().sin(v))(A(V)))[:10],
    donate=lambda A: jx().jit(lambda v: v + 1, donate_argnums=0)(A(V)),
    fc=lambda A: jx().jit(lambda d: d["a"] + d["b"])({"a": A(V), "b": A(V)[0]}),
)
library(
    "equinox",
    mlp=lambda A: eq().nn.MLP(2, 1, 4, 1, key=lib("jax").random.key(0))(A([1.0, 2.0])),
    lin=lambda A: eq().nn.Linear(2, 3, key=lib("jax").random.key(0))(A([1.0, 2.0])),
    jit=lambda A: eq().filter_jit(lambda v: v * 2)(A(V)),
    grad=lambda A: eq().filter_grad(lambda v: jnp().sum(v**2))(A(V)),
    gradm=lambda A: eq().filter_grad(lambda v: (v**2).sum())(A(V)),
    vg=lambda A: eq().filter_value_and_grad(lambda v: jnp().sum(v**2))(A(V)),
    vmap=lambda A: eq().filter_vmap(lambda v: v * 2)(A(V)),
    isarr=lambda A: eq().is_array(A(V)) or True,
    isal=lambda A: eq().is_array_like(A(V)),
    tree=lambda A: eq().tree_at(lambda t: t[0], (A(V), 1), A(V) * 2),
    part=lambda A: eq().partition({"a": A(V), "b": 1}, eq().is_array_like)[0],
    ser=lambda A: [
        b := io.BytesIO(),
        eq().tree_serialise_leaves(b, {"a": A(V)}),
        b.seek(0),
        eq().tree_deserialise_leaves(b, {"a": A(V)}),
    ][-1],
    eqv=lambda A: bool(eq().tree_equal({"a": A(V)}, {"a": A(V)})),
    err=lambda A: eq().error_if(A(V), False, "no"),
    conv=lambda A: eq().nn.Conv1d(1, 1, 3, key=lib("jax").random.key(0))(A(np.ones((1, 8)))),
    norm=lambda A: eq().nn.LayerNorm(5)(A(V)),
    mha=lambda A: eq().nn.MultiheadAttention(1, 4, key=lib("jax").random.key(0))(*[A(np.ones((3, 4)))] * 3),
    do=lambda A: eq().nn.Dropout(0.5)(A(V), inference=True),
    mod=lambda A: (
        type("M", (eq().Module,), {"__annotations__": {"w": object}, "__call__": lambda s, x: s.w @ x})(A(M))
    )(A([1.0, 2.0])),
    modj=lambda A: eq().filter_jit(
        type("M", (eq().Module,), {"__annotations__": {"w": object}, "__call__": lambda s, x: s.w @ x})(A(M))
    )(A([1.0, 2.0])),
    upd=lambda A: eq().apply_updates({"a": A(V)}, {"a": A(V)}),
    filt=lambda A: eq().filter({"a": A(V), "b": "s"}, eq().is_inexact_array_like),
    emb=lambda A: eq().nn.Embedding(3, 2, key=lib("jax").random.key(0))(A([1])[0]),
    gru=lambda A: eq().nn.GRUCell(2, 3, key=lib("jax").random.key(0))(A([1.0, 2.0]), A([0.0, 0.0, 0.0])),
    bufs=lambda A: eq().internal.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, c[1] * 2), (0, A(V)), kind="lax")[
        1
    ],
)
library(
    "diffrax",
    plain=sol,
    ts=lambda A: sol(A, saveat=dx().SaveAt(ts=A([0.0, 0.5, 1.0]))),
    pid=lambda A: sol(A, stepsize_controller=dx().PIDController(1e-5, 1e-5)),
    args=lambda A: (
        dx().diffeqsolve(dx().ODETerm(lambda t, y, a: -a * y), dx().Euler(), 0, 1, 0.1, A([1.0]), args=A([2.0])).ys
    ),
    t0=lambda A: (
        dx()
        .diffeqsolve(dx().ODETerm(lambda t, y, a: -y), dx().Euler(), A([0.0])[0], A([1.0])[0], A([0.1])[0], A([1.0]))
        .ys
    ),
    lininterp=lambda A: dx().LinearInterpolation(A([0.0, 1.0, 2.0]), A([1.0, 3.0, 5.0])).evaluate(0.5),
    dic=lambda A: (
        dx().diffeqsolve(dx().ODETerm(lambda t, y, a: {"x": -y["x"]}), dx().Heun(), 0, 1, 0.1, {"x": A([1.0])}).ys
    ),
    jit=lambda A: lib("jax").jit(
        lambda y: dx().diffeqsolve(dx().ODETerm(lambda t, y, a: -y), dx().Euler(), 0, 1, 0.1, y).ys
    )(A([1.0])),
    grad=lambda A: lib("jax").grad(
        lambda y: jnp().sum(dx().diffeqsolve(dx().ODETerm(lambda t, y, a: -y), dx().Euler(), 0, 1, 0.1, y).ys)
    )(A([1.0])),
    cub=lambda A: dx().backward_hermite_coefficients(A([0.0, 1.0, 2.0]), A([1.0, 3.0, 5.0]))[0],
)
library(
    "lineax",
    solve=lambda A: lx().linear_solve(lx().MatrixLinearOperator(A(M)), A([1.0, 2.0])).value,
    cg=lambda A: (
        lx()
        .linear_solve(
            lx().MatrixLinearOperator(A(M), lx().positive_semidefinite_tag), A([1.0, 2.0]), lx().CG(1e-6, 1e-6)
        )
        .value
    ),
    mv=lambda A: lx().MatrixLinearOperator(A(M)).mv(A([1.0, 2.0])),
    asm=lambda A: lx().MatrixLinearOperator(A(M)).as_matrix(),
    diag=lambda A: lx().DiagonalLinearOperator(A([1.0, 2.0])).as_matrix(),
    fn=lambda A: lx().FunctionLinearOperator(lambda v: v * 2, A([1.0, 2.0])).as_matrix(),
    jac=lambda A: lx().JacobianLinearOperator(lambda v, a: v**2, A([1.0, 2.0])).as_matrix(),
    qr=lambda A: (
        lx()
        .linear_solve(lx().MatrixLinearOperator(A([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])), A([1.0, 2.0, 3.0]), lx().QR())
        .value
    ),
    lu=lambda A: lx().linear_solve(lx().MatrixLinearOperator(A(M)), A([1.0, 2.0]), lx().LU()).value,
    svd=lambda A: lx().linear_solve(lx().MatrixLinearOperator(A(M)), A([1.0, 2.0]), lx().SVD()).value,
    add=lambda A: (lx().MatrixLinearOperator(A(M)) + lx().MatrixLinearOperator(A(M))).as_matrix(),
    mul=lambda A: (lx().MatrixLinearOperator(A(M)) * A([2.0])[0]).as_matrix(),
    tri=lambda A: (
        lx()
        .linear_solve(
            lx().TridiagonalLinearOperator(A([2.0, 2.0, 2.0]), A([1.0, 1.0]), A([1.0, 1.0])), A([1.0, 2.0, 3.0])
        )
        .value
    ),
)
library(
    "optimistix",
    root=lambda A: op().root_find(lambda y, a: y**2 - 2, op().Newton(1e-6, 1e-6), A([1.0])).value,
    rootargs=lambda A: op().root_find(lambda y, a: y**2 - a, op().Newton(1e-6, 1e-6), A([1.0]), args=A([2.0])).value,
    mini=lambda A: np.round(
        op().minimise(lambda y, a: jnp().sum((y - 1) ** 2), op().BFGS(1e-6, 1e-6), A([0.0, 0.0])).value, 4
    ),
    minim=lambda A: np.round(
        op().minimise(lambda y, a: ((y - 1) ** 2).sum(), op().BFGS(1e-6, 1e-6), A([0.0, 0.0])).value, 4
    ),
    lsq=lambda A: np.round(
        op()
        .least_squares(lambda y, a: y - a, op().LevenbergMarquardt(1e-6, 1e-6), A([0.0, 0.0]), args=A([1.0, 2.0]))
        .value,
        4,
    ),
    dog=lambda A: np.round(
        op().least_squares(lambda y, a: y**2 - a, op().Dogleg(1e-6, 1e-6), A([1.0, 1.0]), args=A([1.0, 2.0])).value, 4
    ),
    nm=lambda A: np.round(
        op().minimise(lambda y, a: jnp().sum((y - 1) ** 2), op().NelderMead(1e-4, 1e-4), A([0.0, 0.0])).value, 2
    ),
    bis=lambda A: (
        op()
        .root_find(lambda y, a: y - 1, op().Bisection(1e-6, 1e-6), A([0.3])[0], options={"lower": 0, "upper": 3})
        .value
    ),
)
library(
    "numpyro",
    lp=lambda A: dist().Normal(A(V), 1.0).log_prob(A(V)),
    samp=lambda A: dist().Normal(A(V), A(V)).sample(lib("jax").random.key(0)),
    mcmc=mcmc,
    mvn=lambda A: dist().MultivariateNormal(A([0.0, 0.0]), A(M)).log_prob(A([1.0, 1.0])),
    cat=lambda A: dist().Categorical(probs=A([0.2, 0.8])).log_prob(A([1])),
    bern=lambda A: dist().Bernoulli(A([0.2, 0.8])).log_prob(A([1, 0])),
    gam=lambda A: dist().Gamma(A(V), 1.0).mean,
    dirich=lambda A: dist().Dirichlet(A([1.0, 2.0])).log_prob(A([0.3, 0.7])),
    seed=lambda A: nu().handlers.seed(lambda: nu().sample("a", dist().Normal(A(V), 1.0)), 0)(),
    cond=lambda A: nu().handlers.condition(lambda: nu().sample("a", dist().Normal(0.0, 1.0)), {"a": A([1.0])})(),
    pois=lambda A: dist().Poisson(A(V)).log_prob(A([1, 2, 3, 4, 5])),
    mix=lambda A: (
        dist()
        .MixtureSameFamily(dist().Categorical(A([0.5, 0.5])), dist().Normal(A([0.0, 1.0]), 1.0))
        .log_prob(A([0.5, 0.2]))
    ),
    ldens=lambda A: lib("numpyro.infer.util").log_density(
        lambda x: nu().sample("y", dist().Normal(0, 1), obs=x), (A(V),), {}, {}
    )[0],
    summ=lambda A: nu().diagnostics.hpdi(A(W)),
    ess=lambda A: nu().diagnostics.effective_sample_size(A(W.reshape(2, 64))),
    factor=lambda A: nu().handlers.trace(lambda: nu().factor("f", A(V))) and 1,
    pred=lambda A: (
        nu()
        .infer.Predictive(
            lambda: nu().sample("y", dist().Normal(nu().sample("a", dist().Normal(0, 1)), 1.0)), {"a": A(V)}
        )(lib("jax").random.key(0))["y"]
        .shape
    ),
    truncn=lambda A: dist().TruncatedNormal(0.0, 1.0, low=A([-1.0])).log_prob(A([0.2])),
    delta=lambda A: dist().Delta(A(V)).log_prob(A(V)),
    svi=lambda A: [
        s := nu().infer.SVI(
            lambda x: nu().sample("y", dist().Normal(nu().param("m", 0.0), 1.0), obs=x),
            lambda x: None,
            lib("optax").adam(0.1),
            nu().infer.Trace_ELBO(),
        ),
        s.run(lib("jax").random.key(0), 3, A(V), progress_bar=False).params["m"],
    ][-1],
)
library(
    "flax",
    dense=lin,
    relu=lambda A: fl().relu(A(V)),
    mlp=lambda A: [
        m := fl().Sequential([fl().Dense(4), fl().relu, fl().Dense(1)]),
        m.apply(m.init(lib("jax").random.key(0), A([[1.0, 2.0]])), A([[1.0, 2.0]])),
    ][-1],
    soft=lambda A: fl().softmax(A(V)),
    bn=lambda A: [m := fl().BatchNorm(use_running_average=True), m.apply(m.init(lib("jax").random.key(0), A(M)), A(M))][
        -1
    ],
    conv=lambda A: [
        m := fl().Conv(2, (3,)),
        m.apply(m.init(lib("jax").random.key(0), A(np.ones((1, 8, 1)))), A(np.ones((1, 8, 1)))),
    ][-1],
    ser=lambda A: lib("flax.serialization").from_bytes({"a": A(V)}, lib("flax.serialization").to_bytes({"a": A(V)})),
    sd=lambda A: lib("flax.serialization").to_state_dict({"a": A(V)}),
    mp=lambda A: lib("flax.serialization").msgpack_restore(lib("flax.serialization").msgpack_serialize({"a": A(V)})),
    fr=lambda A: dict(lib("flax.core").freeze({"a": A(V)})),
    ts=lambda A: [
        t := lib("flax.training.train_state").TrainState.create(apply_fn=None, params={"a": A(V)}, tx=ox().sgd(0.1)),
        t.apply_gradients(grads={"a": A(V)}).params,
    ][-1],
    nnx=lambda A: lib("flax.nnx").Linear(2, 3, rngs=lib("flax.nnx").Rngs(0))(A([1.0, 2.0])),
    nnxp=lambda A: lib("flax.nnx").Param(A(V)).value * 2,
    flat=lambda A: lib("flax.traverse_util").flatten_dict({"a": {"b": A(V)}}),
    emb=lambda A: [m := fl().Embed(3, 2), m.apply(m.init(lib("jax").random.key(0), A([0, 1])), A([0, 1]))][-1],
    lstm=lambda A: [
        m := fl().OptimizedLSTMCell(3),
        c := m.initialize_carry(lib("jax").random.key(0), (2,)),
        m.apply(m.init(lib("jax").random.key(0), c, A([1.0, 2.0])), c, A([1.0, 2.0]))[1],
    ][-1],
    drop=lambda A: fl().Dropout(0.5, deterministic=True).apply({}, A(V)),
    oh=lambda A: lib("flax.nnx").one_hot(A([0, 1]), 2) if hasattr(lib("flax.nnx"), "one_hot") else 0,
)
library(
    "orbax",
    arr=lambda A: orb(A, {"a": A(V)}),
    mixed=lambda A: orb(A, {"a": A(V), "n": 3, "f": A(M)}),
    nest=lambda A: orb(A, {"a": {"b": [A(V), A([1, 2])]}}),
    pyt=lambda A: [
        d := tempfile.mkdtemp(),
        c := oc().PyTreeCheckpointer(),
        c.save(d + "/a", {"a": A(V)}),
        c.restore(d + "/a"),
    ][-1],
    abst=lambda A: [
        d := tempfile.mkdtemp(),
        c := oc().StandardCheckpointer(),
        c.save(d + "/a", {"a": A(V)}),
        c.wait_until_finished(),
        c.restore(d + "/a", {"a": A(V)}),
    ][-1],
    man=lambda A: [
        d := tempfile.mkdtemp(),
        m := oc().CheckpointManager(d),
        m.save(0, args=oc().args.StandardSave({"a": A(V)})),
        m.wait_until_finished(),
        m.restore(0, args=oc().args.StandardRestore()),
    ][-1],
    sc=lambda A: orb(A, {"a": A(V)[0]}),
)
