"""What the person who deploys has to be allowed: three policies, and what they are made of."""
