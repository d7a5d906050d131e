// Package hosts takes a service that others wrote through its life on real
// Debian hosts, with the real binary, as a user would. Its test needs the lab:
// go test -tags lab ./test/hosts
package hosts
