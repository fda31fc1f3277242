#!/usr/bin/env bash
# The application's own role and database, made when the server's data folder is made: it owns
# its tables and is nothing more. The server's superuser stays with the operator.
set -euo pipefail
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
  --set password="$(cat /run/secrets/database_password)" <<'SQL'
CREATE ROLE pool LOGIN PASSWORD :'password';
CREATE DATABASE pool OWNER pool;
SQL
