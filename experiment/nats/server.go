package nats

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	client "github.com/nats-io/nats.go"

	"gsdnet/internal/fault"
)

// Server is a NATS server with JetStream in this process.
type Server struct {
	options *server.Options
	srv     *server.Server  // nil before Start
	own     []client.Option // how this process connects
	scheme  string
	host    string
}

// startWait is how long a server may take to start, which it does in 30 ms on an idle machine.
const startWait = 60 * time.Second

// Configure returns a server for an address such as 127.0.0.1:4222, which Start starts. The
// port 0 chooses a free one. The file config, which may be empty, is a configuration of NATS
// with users, NKeys and TLS. Configure returns an error for an address that other machines
// reach, unless the configuration demands both credentials and TLS.
func Configure(address, config string) (*Server, error) {
	o := &server.Options{}
	if config != "" {
		var err error
		if o, err = server.ProcessConfigFile(config); err != nil {
			return nil, fault.Input("see the documentation of NATS on its configuration file", "%s: %w", config, err)
		}
	}
	host, portText, err := net.SplitHostPort(address)
	port, numberErr := strconv.ParseUint(portText, 10, 16)
	if err != nil || numberErr != nil {
		return nil, fault.Input("write it as HOST:PORT, such as 127.0.0.1:4222", "--listen %s is not an address", address)
	}
	if !loopback(host) && !(demandsCredentials(o) && o.TLSConfig != nil) {
		return nil, fault.Input("name a configuration of NATS with users and tls as --nats-config, or listen at 127.0.0.1",
			"--listen %s can be reached from other machines, and the server has no credentials with TLS", address)
	}
	o.Host, o.Port = host, int(port)
	if port == 0 {
		o.Port = server.RANDOM_PORT
	}
	o.NoSigs, o.NoLog = true, true
	o.WriteDeadline = requestWait // of a slow worker
	o.AuthTimeout = connectWait.Seconds()
	o.TLSTimeout = connectWait.Seconds()
	s := &Server{options: o, scheme: "nats", host: host}
	if o.TLSConfig != nil {
		s.scheme = "tls"
	}
	s.own = ownAccess(o)
	return s, nil
}

// Start starts the server, which keeps its streams in the folder store, and waits until it
// answers.
func (s *Server) Start(store string) error {
	o := s.options
	o.JetStream, o.StoreDir = true, store
	probe, err := net.Listen("tcp", net.JoinHostPort(o.Host, strconv.Itoa(max(0, o.Port)))) // for a plain error
	if err != nil {
		return fault.Failure("choose another address, or stop what listens there", "--listen %s: the address cannot be used: %w", net.JoinHostPort(o.Host, strconv.Itoa(o.Port)), err)
	}
	_ = probe.Close()
	if s.srv, err = server.NewServer(o); err != nil {
		return fault.Input("check the address and the configuration of NATS", "the NATS server does not start: %w", err)
	}
	s.srv.Start()
	if !s.srv.ReadyForConnections(startWait) || !s.srv.JetStreamEnabled() {
		s.Close()
		return fault.Failure("see that the folder of the sweep can be written to and the disk has room", "the NATS server does not start within %s", startWait)
	}
	return nil
}

// loopback reports whether a host can be reached from this machine alone.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// demandsCredentials reports whether a client must prove who it is.
func demandsCredentials(o *server.Options) bool {
	return o.Username != "" || o.Authorization != "" || len(o.Users) > 0 || len(o.Nkeys) > 0 || len(o.TrustedOperators) > 0 || o.TLSVerify
}

// ownAccess returns how this process connects to its own server: as a user of its own where
// users are listed.
func ownAccess(o *server.Options) []client.Option {
	switch {
	case o.Username != "":
		return []client.Option{client.UserInfo(o.Username, o.Password)}
	case o.Authorization != "":
		return []client.Option{client.Token(o.Authorization)}
	case len(o.Users) > 0 || len(o.Nkeys) > 0:
		secret := make([]byte, 16)
		_, _ = rand.Read(secret) // never fails
		own := &server.User{Username: "gsdnet-head", Password: hex.EncodeToString(secret)}
		for _, u := range o.Users {
			own.Account = u.Account
		}
		for _, u := range o.Nkeys {
			own.Account = u.Account
		}
		o.Users = append(o.Users, own)
		return []client.Option{client.UserInfo(own.Username, own.Password)}
	}
	return nil
}

// Dial connects to the server from its own process. The access is needed only if the
// configuration trusts the operators of NATS.
func (s *Server) Dial(a Access) (*Conn, error) {
	options := append(a.options(), s.own...)
	if s.options.TLSConfig == nil {
		options = append(options, client.InProcessServer(s.srv))
	} else {
		options = append(options, client.Secure(s.ownTLS())) // TLS does not work over a pipe of the process
	}
	c, err := connect(s.srv.ClientURL(), options)
	if err != nil {
		if final := refusal(s.Address(), err); final != nil {
			return nil, final
		}
		return nil, failure("connecting to the server of this process", err)
	}
	return c, nil
}

// ownTLS returns how this process connects to its own server: it trusts the certificate of
// the server alone, whatever name that has, and shows the same one.
func (s *Server) ownTLS() *tls.Config {
	own := s.options.TLSConfig.Certificates
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: own, InsecureSkipVerify: true,
		VerifyConnection: func(c tls.ConnectionState) error {
			for _, cert := range own {
				if len(c.PeerCertificates) > 0 && bytes.Equal(c.PeerCertificates[0].Raw, cert.Certificate[0]) {
					return nil
				}
			}
			return errors.New("another server answers at the address of this one")
		},
	}
}

// Address is where workers connect to.
func (s *Server) Address() string {
	port := ""
	if a, is := s.srv.Addr().(*net.TCPAddr); is {
		port = strconv.Itoa(a.Port)
	}
	return s.scheme + "://" + net.JoinHostPort(s.host, port)
}

// Close stops the server. Its streams stay in the folder.
func (s *Server) Close() {
	s.srv.Shutdown()
	s.srv.WaitForShutdown()
}
