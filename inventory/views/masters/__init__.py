"""Pages that set up what everything else needs: warehouses, places, SKUs."""
