"""The classic control tasks, with the dynamics, rewards and time limits of Gymnasium's."""
