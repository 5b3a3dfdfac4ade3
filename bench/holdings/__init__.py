"""Parts of the bench case `holds`, one question each."""
