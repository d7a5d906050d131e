package announce

import "net"

// MayReach is mayReach.
var MayReach = mayReach

// Resolve lets a sender ask another name server.
func (s *Sender) Resolve(r *net.Resolver) { s.client = newClient(s.options.Inside, r) }
