package nats_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"gsdnet/experiment"
	"gsdnet/experiment/nats"
	"gsdnet/experiment/queuetest"
	"gsdnet/internal/fault"
)

// certificate writes a certificate for 127.0.0.1, which is its own authority, and its key.
func certificate(t *testing.T, dir, name string) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	what := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, what, what, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A server with TLS and NKeys may be reached from other machines. It lets in who has the
// key and trusts the certificate.
func TestTLSAndNKeys(t *testing.T) {
	dir := t.TempDir()
	cert, key := certificate(t, dir, "server")
	foreign, _ := certificate(t, dir, "foreign")
	seeds := map[string]string{}
	var public string
	for _, name := range []string{"worker", "stranger"} {
		pair, err := nkeys.CreateUser()
		if err != nil {
			t.Fatal(err)
		}
		seed, _ := pair.Seed()
		seeds[name] = filepath.Join(dir, name+".nk")
		if err := os.WriteFile(seeds[name], seed, 0o600); err != nil {
			t.Fatal(err)
		}
		if name == "worker" {
			public, _ = pair.PublicKey()
		}
	}
	config := filepath.Join(dir, "nats.conf")
	tls := fmt.Sprintf("tls { cert_file: %q, key_file: %q }\n", cert, key)
	if err := os.WriteFile(config, []byte(tls), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := nats.Configure("0.0.0.0:0", config); err == nil || !fault.IsInput(err) {
		t.Errorf("got %v for an address that everyone reaches, with TLS alone", err)
	}
	if err := os.WriteFile(config, []byte(tls+"authorization { users = [ { nkey: "+public+" } ] }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := nats.Configure("0.0.0.0:0", config); err != nil {
		t.Error(err)
	}
	server, err := nats.Configure("127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	own, err := server.Dial(nats.Access{})
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	head, err := nats.NewHead(t.Context(), own, queuetest.Cells(1), options(&bench{}), func(experiment.Ended) {})
	if err != nil {
		t.Fatal(err)
	}
	defer head.Close()
	for want, access := range map[string]nats.Access{
		"":                               {NKey: seeds["worker"], CA: cert},
		"no secure connection":           {NKey: seeds["worker"], CA: foreign},
		"the server refuses the credent": {NKey: seeds["stranger"], CA: cert},
		"not the seed of an NKey":        {NKey: cert, CA: cert},
	} {
		conn, err := nats.Dial(t.Context(), server.Address(), access, 10*time.Second)
		if err == nil {
			_, err = nats.Ask(t.Context(), conn, nats.DefaultName)
			conn.Close()
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !fault.IsInput(err)) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// BenchmarkCell measures what a cell costs beside its work: it is claimed over the network,
// and 300 kB of results are stored.
func BenchmarkCell(b *testing.B) {
	text := strings.Repeat("x", 300_000)
	place := &bench{warned: make(chan string, 100), aside: make(chan string, 100)}
	server, err := nats.Configure("127.0.0.1:0", "")
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(b.TempDir()); err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	own, err := server.Dial(nats.Access{})
	if err != nil {
		b.Fatal(err)
	}
	defer own.Close()
	head, err := nats.NewHead(b.Context(), own, queuetest.Cells(b.N), options(place), func(experiment.Ended) {})
	if err != nil {
		b.Fatal(err)
	}
	defer head.Close()
	conn, err := nats.Dial(b.Context(), server.Address(), nats.Access{}, time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	worker, err := nats.Join(b.Context(), conn, workerOptions())
	if err != nil {
		b.Fatal(err)
	}
	defer worker.Close()
	b.ResetTimer()
	for range b.N {
		s, found, err := worker.Claim(b.Context())
		if err != nil || !found {
			b.Fatal(found, err)
		}
		if err := worker.End(experiment.Ended{Cell: s, Record: &experiment.Record{Run: text}}); err != nil {
			b.Fatal(err)
		}
	}
}
