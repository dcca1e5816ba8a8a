package deploy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// The head of workers.yaml runs a small grid with the configuration of the manifest, which
// demands what an address needs that other machines reach.
func TestHeadRunsWithTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "gsdnet")
	build := exec.Command("go", "build", "-o", program, "./cmd/gsdnet")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	selfSigned(t, dir)
	config := ""
	for _, o := range objects(t) {
		if m, is := o.value.(*corev1.ConfigMap); is {
			config = strings.ReplaceAll(m.Data["nats.conf"], "/tls/", dir+"/")
		}
	}
	const grid = "models = [\"zero\"]\nrates = [0.3]\n[[dataset]]\nname = \"d\"\npath = \"synthetic:conversations=12,turns=3-4\"\n" +
		"[train]\nepochs = 1\n[zero]\nwidth = 8\nhidden = 8\n"
	for name, text := range map[string]string{"nats.conf": config, "grid.toml": grid} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	head := exec.Command(program, "sweep", "grid.toml", "--out", "out", "--listen", "0.0.0.0:0", "--nats-config", "nats.conf")
	head.Dir, head.Env = dir, append(os.Environ(), "NATS_PASSWORD=secret")
	if out, err := head.CombinedOutput(); err != nil || !strings.Contains(string(out), "out: 1 cell finished") {
		t.Errorf("got error %v and\n%s", err, out)
	}
}

// selfSigned writes tls.crt and tls.key.
func selfSigned(t *testing.T, dir string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	what := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"gsdnet-head"}}
	cert, err := x509.CreateCertificate(rand.Reader, what, what, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"tls.crt": {Type: "CERTIFICATE", Bytes: cert}, "tls.key": {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The workers of workers.yaml find the head by the name of its service, whose pods are
// those of the head.
func TestWorkersFindTheHead(t *testing.T) {
	var service *corev1.Service
	var head *batchv1.Job
	var workers *appsv1.Deployment
	for _, o := range objects(t) {
		switch v := o.value.(type) {
		case *corev1.Service:
			service = v
		case *batchv1.Job:
			if v.Name == "gsdnet-head" {
				head = v
			}
		case *appsv1.Deployment:
			workers = v
		}
	}
	if service == nil || head == nil || workers == nil {
		t.Fatal("want a service, a head and workers")
	}
	for name, value := range service.Spec.Selector {
		if head.Spec.Template.Labels[name] != value {
			t.Errorf("the service selects %s=%s, which the head does not have", name, value)
		}
	}
	port := service.Spec.Ports[0]
	if got := head.Spec.Template.Spec.Containers[0].Ports[0]; got.Name != port.TargetPort.StrVal || got.ContainerPort != port.Port {
		t.Errorf("the service leads to the port %s, and the head has %s, %d", port.TargetPort.String(), got.Name, got.ContainerPort)
	}
	want := "tls://worker:$(NATS_PASSWORD)@" + service.Name + ":4222"
	if args := workers.Spec.Template.Spec.Containers[0].Args; !slices.Contains(args, want) {
		t.Errorf("got the arguments %q, want %s", args, want)
	}
}
