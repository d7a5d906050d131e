// Package migrations holds the schema's history, one set of files per dialect.
// A file that was released is never changed; what is new comes in a new file.
package migrations

import "embed"

// SQLite are the migrations for SQLite, in the folder "sqlite".
//
//go:embed sqlite/*.sql
var SQLite embed.FS

// Postgres are the migrations for PostgreSQL, in the folder "postgres".
//
//go:embed postgres/*.sql
var Postgres embed.FS
