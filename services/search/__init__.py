"""The search process: observations in, match records out; k-NN, verdict, match queue."""
