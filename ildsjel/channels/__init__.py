"""Connected accounts: settings, sealed credentials, health. The only room that opens connectors."""
