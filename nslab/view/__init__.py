"""What a learner sees: text twins and figures of the state, never of the kernel directly."""
