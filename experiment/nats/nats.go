// Package nats runs a sweep on several machines, with NATS JetStream in between.
//
// The process of the sweep is the head. It has the folder of the results, a queue of cells
// in a JetStream stream, and a server of its own (Listen) or one that somebody else runs
// (Dial). Workers join it (Join) and leave at will. Both sides implement experiment.Queue:
//
//	head    NewHead   results are files on the same machine
//	worker  Join      results travel as objects, with their SHA-256
//
// A message of the stream is a cell. Its identity is that of the cell (experiment.Spec.ID),
// so that a cell is queued once. The message stays in the stream until the head has stored
// the results of the cell. While a cell runs, its worker says so (InProgress). If it does
// not for HeadOptions.LostAfter, NATS gives the message to another worker. The head counts
// the workers that were lost with a cell and sets the cell aside after HeadOptions.Tries.
//
// What the head has stored decides. A head that is killed and started again queues what is
// not finished, and its workers go on meanwhile. Workers ask the head by requests; they
// repeat a request until the head answers, and the head answers a repeated one as before.
//
// Start reading at Head, then Remote and protocol.go.
package nats

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/internal/fault"
)

// Times that are long enough for a loaded machine. The defaults of the client, 2 and 5
// seconds, are not.
const (
	connectWait = 30 * time.Second // for one attempt to connect
	requestWait = 60 * time.Second // for one answer
	retryEvery  = 300 * time.Millisecond
)

// DefaultName is the name of a sweep on a server that has one sweep.
const DefaultName = "sweep"

// Access is how a client proves who it is: paths of files, all of which may be empty. A
// user and a password are part of the address, as nats://user:password@host:4222.
type Access struct {
	Credentials string // a .creds file of NATS
	NKey        string // the seed of an NKey
	CA          string // certificates of the authority that signed the server's, PEM
	Cert, Key   string // certificate of this client and its key, PEM
}

// options returns the options of the client.
func (a Access) options() []client.Option {
	var out []client.Option
	if a.Credentials != "" {
		out = append(out, client.UserCredentials(a.Credentials))
	}
	if a.CA != "" {
		out = append(out, client.RootCAs(a.CA))
	}
	if a.Cert != "" || a.Key != "" {
		out = append(out, client.ClientCert(a.Cert, a.Key))
	}
	return out
}

// Conn is a connection to a server. It connects again by itself when it is cut off.
type Conn struct {
	address string
	nc      *client.Conn
	js      jetstream.JetStream
}

// Check returns an Input error for a name that no sweep can have on a server, and for an
// address that is none of NATS. The address may be empty.
func Check(name, address string) error {
	if _, err := newNames(name); err != nil || address == "" {
		return err
	}
	return checkAddress(address)
}

// Dial connects to the server at an address such as nats://host:4222 or tls://host:4222. It
// tries until wait has passed, unless the server refuses the credentials.
func Dial(ctx context.Context, address string, a Access, wait time.Duration) (*Conn, error) {
	if err := checkAddress(address); err != nil {
		return nil, err
	}
	options := a.options()
	if a.NKey != "" {
		option, err := client.NkeyOptionFromSeed(a.NKey)
		if err != nil {
			return nil, fault.Input("give the file with the seed of an NKey, which begins with SU", "%s: not the seed of an NKey", a.NKey)
		}
		options = append(options, option)
	}
	until := time.Now().Add(wait)
	for {
		c, err := connect(address, options)
		if err == nil {
			return c, nil
		}
		if final := refusal(address, err); final != nil {
			return nil, final
		}
		if time.Now().After(until) {
			return nil, fault.Failure("start the sweep with --listen first, and check the address", "%s: no server answers there", shown(address))
		}
		if err := sleep(ctx, retryEvery); err != nil {
			return nil, err
		}
	}
}

// connect makes one attempt to connect.
func connect(address string, more []client.Option) (*Conn, error) {
	nc, err := client.Connect(address, append([]client.Option{
		client.Name("gsdnet"), client.Timeout(connectWait), client.MaxReconnects(-1), client.ReconnectWait(retryEvery),
		client.ErrorHandler(func(*client.Conn, *client.Subscription, error) {}), // requests report their errors
	}, more...)...)
	if err != nil {
		return nil, err
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(requestWait))
	if err != nil {
		nc.Close()
		return nil, err
	}
	return &Conn{address: address, nc: nc, js: js}, nil
}

// Close closes the connection.
func (c *Conn) Close() { c.nc.Close() }

// steady returns a context that ends after a time, or when the connection is lost: what was
// asked of a server that was killed is never answered.
func (c *Conn) steady(ctx context.Context, within time.Duration) (context.Context, context.CancelFunc) {
	if !c.nc.IsConnected() {
		within = min(within, 10*retryEvery)
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	changes := c.nc.StatusChanged(client.RECONNECTING, client.DISCONNECTED, client.CLOSED)
	go func() {
		select {
		case <-changes:
			cancel()
		case <-ctx.Done():
		}
		c.nc.RemoveStatusListener(changes)
	}()
	return ctx, cancel
}

// refusal returns the fault of a connection that no further attempt can make, or nil.
func refusal(address string, err error) error {
	text := err.Error()
	switch {
	case errors.Is(err, client.ErrAuthorization), errors.Is(err, client.ErrAuthExpired), errors.Is(err, client.ErrAuthRevoked),
		strings.Contains(strings.ToLower(text), "authorization violation"), errors.Is(err, client.ErrNkeysNotSupported):
		return fault.Input("give --creds, --nkey or nats://USER:PASSWORD@HOST as the server's operator set it up", "%s: the server refuses the credentials", shown(address))
	case strings.Contains(text, "x509"), strings.Contains(text, "tls:"), errors.Is(err, client.ErrSecureConnRequired), errors.Is(err, client.ErrSecureConnWanted):
		return fault.Input("give --tls-ca with the authority that signed the server's certificate, and --tls-cert and --tls-key if the server wants them", "%s: no secure connection: %w", shown(address), err)
	case errors.Is(err, client.ErrNoServers), strings.Contains(text, "connect"), strings.Contains(text, "timeout"), strings.Contains(text, "EOF"), strings.Contains(text, "reset"):
		return nil
	case strings.Contains(text, "no such file"), strings.Contains(text, "nkeys:"), strings.Contains(text, "nats: "):
		return fault.Input("check the address and the files of the credentials", "%s: %s", shown(address), strings.TrimPrefix(text, "nats: "))
	}
	return nil
}

// checkAddress returns an error for an address of another kind.
func checkAddress(address string) error {
	const hint = "write it as nats://HOST:4222 or tls://HOST:4222"
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "nats" && u.Scheme != "tls") {
		return fault.Input(hint, "%q is not the address of a NATS server", address)
	}
	return nil
}

// shown is an address without its password.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	return u.Redacted()
}

// safeName is a name that can be part of a subject and of a stream's name.
var safeName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// names are the streams, buckets and subjects of one sweep on a server.
type names struct{ sweep string }

func newNames(sweep string) (names, error) {
	if !safeName.MatchString(sweep) {
		return names{}, fault.Input("use up to 32 letters, digits, _ and -", "%q is not the name of a sweep", sweep)
	}
	return names{sweep}, nil
}

func (n names) stream() string               { return "gsdnet-" + n.sweep + "-cells" }
func (n names) data() string                 { return "gsdnet-" + n.sweep + "-data" }
func (n names) results() string              { return "gsdnet-" + n.sweep + "-results" }
func (n names) cell(id string) string        { return "gsdnet." + n.sweep + ".cells." + id }
func (n names) head(what string) string      { return "gsdnet." + n.sweep + ".head." + what }
func (n names) over() string                 { return "gsdnet." + n.sweep + ".over" }
func (n names) object(cell, w string) string { return cell + "/" + w }

// consumer is the name of the consumer that all workers share.
const consumer = "workers"

// sleep waits, or returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// failure is an error of NATS in this program's words.
func failure(what string, err error) error {
	return fault.Failure("check the NATS server, its disk and the network", "%s: %s", what, strings.TrimPrefix(fmt.Sprint(err), "nats: "))
}
