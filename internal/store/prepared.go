package store

import (
	chain "container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
)

// keptStatements is how many statements a connection of SQLite keeps prepared.
const keptStatements = 128

// prepared connects to SQLite so that statements which come again are not
// parsed and planned again: a tenth of what a busy server computed.
type prepared struct {
	sqlite driver.Driver
	name   string
}

// Driver implements driver.Connector.
func (p prepared) Driver() driver.Driver { return p.sqlite }

// Connect implements driver.Connector.
func (p prepared) Connect(context.Context) (driver.Conn, error) {
	opened, err := p.sqlite.Open(p.name)
	if err != nil {
		return nil, err
	}
	return &preparedConn{connection: opened.(connection), kept: map[string]*chain.Element{}, used: chain.New()}, nil
}

// openPrepared gives the database of a data source name of the driver "sqlite".
func openPrepared(name string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(prepared{sqlite: db.Driver(), name: name}), db.Close()
}

// connection is what the driver's connections can do.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// statement is what the driver's prepared statements can do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedConn is one connection; database/sql uses it from one goroutine at a time.
type preparedConn struct {
	connection
	kept map[string]*chain.Element // of idle, by text
	used *chain.List               // of idle; the one used last in front
}

// idle is a prepared statement that nobody uses now.
type idle struct {
	text string
	statement
}

// ExecContext implements driver.ExecerContext.
func (c *preparedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if !comesAgain(text) {
		return c.connection.ExecContext(ctx, text, args)
	}
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.Close() // err says more
		return nil, err
	}
	return result, c.put(text, s)
}

// QueryContext implements driver.QueryerContext.
func (c *preparedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if !comesAgain(text) {
		return c.connection.QueryContext(ctx, text, args)
	}
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.Close() // err says more
		return nil, err
	}
	return &preparedRows{Rows: found, conn: c, text: text, statement: s}, nil
}

// Close ends the connection and its statements.
func (c *preparedConn) Close() error {
	for element := c.used.Front(); element != nil; element = element.Next() {
		_ = element.Value.(idle).Close()
	}
	return c.connection.Close()
}

// take gives a prepared statement that nobody else uses, not even rows of the
// same text that are still read.
func (c *preparedConn) take(ctx context.Context, text string) (statement, error) {
	if element, kept := c.kept[text]; kept {
		delete(c.kept, text)
		return c.used.Remove(element).(idle).statement, nil
	}
	s, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.(statement), nil
}

// put keeps a statement for the next use, in the place of the one unused longest.
func (c *preparedConn) put(text string, s statement) error {
	if _, kept := c.kept[text]; kept {
		return s.Close()
	}
	c.kept[text] = c.used.PushFront(idle{text, s})
	if c.used.Len() <= keptStatements {
		return nil
	}
	oldest := c.used.Remove(c.used.Back()).(idle)
	delete(c.kept, oldest.text)
	return oldest.Close()
}

// preparedRows gives its statement back when it is closed.
type preparedRows struct {
	driver.Rows
	conn      *preparedConn
	text      string
	statement statement // nil after Close
}

// Close implements driver.Rows.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	s := r.statement
	if s == nil {
		return err
	}
	r.statement = nil
	if err != nil {
		_ = s.Close() // err says more
		return err
	}
	return r.conn.put(r.text, s)
}

// comesAgain says whether a text reads or writes rows. Others change the schema
// or the connection, some of them while they are prepared.
func comesAgain(text string) bool {
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "--") { // the name that a generator of queries gave it
		_, text, _ = strings.Cut(text, "\n")
		text = strings.TrimSpace(text)
	}
	for _, verb := range []string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} {
		if strings.HasPrefix(text, verb) {
			return true
		}
	}
	return false
}
