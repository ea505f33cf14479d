"""WeChat Pay API v3 in direct mode, as a merchant with a WeChat Pay public key sees it."""
