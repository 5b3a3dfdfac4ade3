"""Parts of the case `holds`: a stocked house, workers, and what they are compared with."""
