"""A trading day without a screen: the sandbox sells, scripted staff ship, the accounts compare."""
