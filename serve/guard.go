package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"gsdnet/internal/fault"
)

// leastToken is the least length of a token, so that it cannot be guessed.
const leastToken = 16

// checkAccess refuses an address beyond this machine without a token.
func (c *Config) checkAccess() error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fault.Input("write it as HOST:PORT, for example 127.0.0.1:8080", "the address %q is not valid", c.Addr)
	}
	switch {
	case c.Token != "" && len(c.Token) < leastToken:
		return fault.Input("make one with: openssl rand -hex 32", "the token has %d characters, fewer than %d", len(c.Token), leastToken)
	case c.Token == "" && !loopback(host):
		return fault.Input("give a token with --token-file or GSDNET_TOKEN, or listen on 127.0.0.1",
			"the address %s can be reached from other machines, which needs a token", c.Addr)
	}
	return nil
}

// loopback reports whether a host of an address is this machine alone.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// unguarded lists the paths that need no token: they tell nothing but that the server lives.
// The files of the page need none either: the page itself asks for it.
var unguarded = []string{"/healthz", "/readyz"}

// guarded lets a request pass if it was sent to a name of this server, not by a page of
// another site, and with the token, or a ticket in its place (recording.go).
func (s *Server) guarded(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem(http.StatusForbidden, "the request comes from a page of another site", "open the page of this server itself, or send the request from a program").write(w)
	}))
	want := sha256.Sum256([]byte(s.config.Token))
	return origin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !s.named(r.Host) {
			problem(http.StatusMisdirectedRequest, "the request was sent to a name that is not this server's", "use its IP address or localhost, or start the server with --host NAME").write(w)
			return
		}
		if s.config.Token != "" && !slices.Contains(unguarded, r.URL.Path) && s.page[r.URL.Path] == nil && !s.ticketed(r) {
			token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			got := sha256.Sum256([]byte(token))
			if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || !bearer {
				w.Header().Set("WWW-Authenticate", "Bearer")
				problem(http.StatusUnauthorized, "the token is missing or wrong", "send the header Authorization: Bearer TOKEN").write(w)
				return
			}
		}
		next.ServeHTTP(w, r)
	}))
}

// named reports whether a Host header is a name of this server. An IP address always is:
// a page of another site cannot be made to appear under one.
func (s *Server) named(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return strings.EqualFold(host, "localhost") ||
		slices.ContainsFunc(s.config.Hosts, func(name string) bool { return strings.EqualFold(host, name) })
}
