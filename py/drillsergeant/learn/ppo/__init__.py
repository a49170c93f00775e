"""PPO on one page: hyperparameters, minibatches and the update, over an interface of arithmetic."""
