"""How well the policy does: which matches count, and what they say of it now."""
