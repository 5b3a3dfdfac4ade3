"""The first hour of a new company: from an empty house to the first order that ships."""
