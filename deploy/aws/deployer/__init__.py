"""What the person who deploys has to be allowed: two policies, and what they are made of."""
