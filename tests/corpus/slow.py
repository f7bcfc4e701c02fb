"""Programs whose compilation takes about a second or more: those ways run with ``-m long``."""

SLOW = {
    "jit-jax": set(
        """
        backpropagation_xor barnes_hut_with_arrays breadth_first cavity_flow connected_components cubic_spline
        dijkstra fft_recursive gauss_jordan_inverse gaussian_naive_bayes gmres ising_metropolis jacobi_eigenvalues
        lennard_jones_in_a_box lu_doolittle_and_solve lu_with_partial_pivoting mandelbrot_that_shrinks
        multigrid_v_cycle nbody_with_broadcasting prim_spanning_tree ray_tracing_with_bounces recurrent_network
        sieve_that_shrinks simplex_method sod_shock_tube stable_fluids travelling_salesman union_find
        """.split()
    ),
    "jit-numpy": set(
        """
        HodgkinHuxleyPopulation KalmanFilter ParticleBox SpikingNetwork advection_upwind_or_downwind attention
        backpropagation_xor barnes_hut_with_arrays batch_normalization binomial_vectorized boids cavity_flow
        cholesky_in_place conjugate_gradient convolution_with_loops crank_nicolson crc32 cubic_spline de_casteljau
        dft_naive edit_distance elementary_automaton em_gaussian_mixture erode_dilate_distance fft_iterative
        fft_recursive fft_vectorized forest_fire game_of_life_with_views gauss_newton_fit gaussian_naive_bayes gmres
        gray_scott hanging_chain_of_springs heat_3d heat_explicit hidden_markov_forward_backward
        histogram_equalization hopfield hough_lines izhikevich_network jacobi_eigenvalues k_means_with_masks
        k_nearest_neighbours lanczos_tridiagonal laplace_until_converged lattice_boltzmann logistic_regression
        long_short_term_memory longest_common_subsequence longstaff_schwartz lorenz_runge_kutta
        lu_doolittle_and_solve lu_with_partial_pivoting mandelbrot_that_shrinks matrix_exponential_and_powers
        max_pooling median_filter monte_carlo_pi_and_integral multigrid_v_cycle nbody_with_broadcasting nelder_mead
        newton_system nussinov otsu_threshold pagerank particle_swarm perceptron popcount_parallel portfolio_risk
        power_iteration_with_deflation prim_spanning_tree principal_components qr_householder
        qr_modified_gram_schmidt ray_tracing_with_bounces recurrent_network rotations_and_quaternions sandpile
        seidel_2d shallow_water simplex_method smoothed_particles sobel_edges sod_shock_tube softmax_cross_entropy
        stable_fluids thomas van_der_pol_adaptive viterbi wave_leapfrog xorshift zero_crossings_and_peaks
        """.split()
    ),
}
