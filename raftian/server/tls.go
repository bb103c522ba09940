package server

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
)

// Certificates are files in PEM. Whoever has a certificate of the authority is let
// in, as a node and as a player; nobody else is.
type Certificates struct {
	Cert, Key string // this node's or player's own
	CA        string // the authority whose certificates everyone has
}

// secrets are what TLS needs on both sides.
type secrets struct {
	accept *tls.Config
	client *tls.Config
}

// load reads the files. Of nil Certificates there are no secrets.
func (c *Certificates) load() (*secrets, error) {
	if c == nil {
		return nil, nil
	}
	if c.Cert == "" || c.Key == "" || c.CA == "" {
		return nil, refuse("TLS needs three files: the certificate, its key, and the authority's certificate")
	}
	own, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, refuse("reading the certificate: %w", err)
	}
	text, err := os.ReadFile(c.CA)
	if err != nil {
		return nil, refuse("reading the authority's certificate: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, refuse("there is no certificate in %s", c.CA)
	}
	return &secrets{
		accept: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own},
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, NextProtos: []string{"h2", "http/1.1"}},
		client: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, RootCAs: pool},
	}, nil
}

// dial is for connecting to an address, whose host the other's certificate must name.
func (s *secrets) dial(address string) *tls.Config {
	c := s.client.Clone()
	c.ServerName, _, _ = net.SplitHostPort(address)
	return c
}
