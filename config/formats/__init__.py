"""How numbers and dates look, where Django's own locale data differ from the trade's habits."""
