package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"

	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// authority is a certificate authority.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t testing.TB) *authority {
	a := &authority{t: t, file: filepath.Join(t.TempDir(), "ca.pem")}
	a.cert = &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	a.key = a.newKey()
	write(t, a.file, a.sign(a.cert, a.cert, a.key))
	return a
}

func (a *authority) newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	return key
}

func (a *authority) sign(c, by *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	signer := a.key
	if signer == nil {
		signer = key
	}
	b, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: b})
}

// issue issues a certificate for 127.0.0.1.
func (a *authority) issue() *Certificates {
	key := a.newKey()
	cert := a.sign(&x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "someone"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}},
		a.cert, key)
	b, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	dir := a.t.TempDir()
	c := &Certificates{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem"), CA: a.file}
	write(a.t, c.Cert, cert)
	write(a.t, c.Key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: b}))
	return c
}

func TestTLSRequiresClientCertificate(t *testing.T) {
	t.Parallel()
	ours, others := newAuthority(t), newAuthority(t)
	var nodes []*Server
	for _, o := range threeNodes(t) {
		o.TLS = ours.issue()
		nodes = append(nodes, start(t, o))
	}
	secured := func(c *Certificates, name string) *api.Client {
		http, err := HTTP(c)
		if err != nil {
			t.Fatal(err)
		}
		return api.NewClient(api.ClientOptions{Name: name, Nodes: []string{nodes[0].API()}, HTTP: http, TLS: true})
	}
	p := secured(ours.issue(), "p")
	for _, attacker := range []string{"n1", "n3", "n1"} { // at the leader, or forwarded to it
		do(t, p, attacker+" attack n2")
	}
	if c := look(t, p, apiv1.Read_READ_VERIFIED).GetCities()[1]; c.GetHealth() != 70 {
		t.Errorf("n2 has %v", c)
	}
	strange := others.issue()
	strange.CA = ours.file
	for name, c := range map[string]*api.Client{
		"one without TLS":                clientOf("q", nodes[0]),
		"one with another's certificate": secured(strange, "q"),
		"one that trusts nobody here":    secured(others.issue(), "q"),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		if answer, err := c.Look(ctx, 1, &apiv1.StatusRequest{Read: apiv1.Read_READ_LOCAL}); err == nil {
			t.Errorf("%s is answered %v", name, answer)
		}
		cancel()
	}
}

func TestInvalidCertificatesRefused(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	good, other := a.issue(), a.issue()
	empty := filepath.Join(t.TempDir(), "empty")
	write(t, empty, nil)
	for words, c := range map[string]*Certificates{
		"three files":                         {Cert: good.Cert, Key: good.Key},
		"reading the certificate":             {Cert: good.Cert, Key: other.Key, CA: good.CA},
		"no such file":                        {Cert: good.Cert, Key: good.Key, CA: "absent"},
		"there is no certificate in " + empty: {Cert: good.Cert, Key: good.Key, CA: empty},
	} {
		o := singleNode(t)
		o.TLS = c
		refused(t, o, words)
	}
}
