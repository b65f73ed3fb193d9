"""Error against one size of a network, beside PCA: hidden units (A5), hidden layers (B2), latent units (B4)."""
