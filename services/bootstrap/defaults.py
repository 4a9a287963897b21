"""Default addresses and files; without imports, for the health check that runs every few seconds."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Addresses that stand for all interfaces, and the loopback address of each.
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
HOST = "127.0.0.1"
PAGE_PORT = 8080
SEARCH_PORT = 8081
DATA_DIR = ".data"
CERTIFICATE = "tls/cert.pem"
CERTIFICATE_KEY = "tls/key.pem"
