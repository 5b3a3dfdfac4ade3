"""How the house itself is: for IT, on a page, by the API and for Prometheus."""
