#!/bin/sh
# Runs once, when the postgres volume is new: the product's role owns its database and is no
# superuser, so that rights the migrations take away (TRUNCATE on the ledger) are really gone.
set -eu
password=$(cat "$OMS_PASSWORD_FILE")
psql -v ON_ERROR_STOP=1 -v password="$password" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE oms LOGIN NOSUPERUSER PASSWORD :'password';
CREATE DATABASE oms OWNER oms;
SQL
