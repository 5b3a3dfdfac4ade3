"""The lists of the order desk."""
