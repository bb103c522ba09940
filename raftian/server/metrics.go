package server

import (
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"raftian/netsim/env"
	"raftian/raftian/api"
	"raftian/raftian/node"
)

// metrics counts a node's notes and players' calls for Prometheus.
type metrics struct {
	registry  *prometheus.Registry
	calls     *prometheus.HistogramVec
	applied   *prometheus.CounterVec
	roles     *prometheus.CounterVec
	snapshots prometheus.Counter
	restores  *prometheus.CounterVec
	requests  *prometheus.CounterVec
	failed    *prometheus.CounterVec
	damages   prometheus.Counter
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "raftian", Name: name, Help: help}, labels)
	}
	one := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "raftian", Name: name, Help: help})
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "raftian", Name: "call_seconds",
			Help:    "Calls of players that ended, by procedure and code.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"procedure", "code"}),
		applied:   counter("applied_total", "Committed commands the state machine was given: effect or duplicate.", "what"),
		roles:     counter("role_changes_total", "Roles taken.", "role"),
		snapshots: one("snapshots_total", "Snapshots taken."),
		restores:  counter("restores_total", "Snapshots restored: start, install or user.", "from"),
		requests:  counter("raft_requests_total", "Requests of Raft sent to other nodes.", "type"),
		failed:    counter("raft_requests_failed_total", "Requests of Raft that were not answered.", "type"),
		damages:   one("store_damages_total", "Damaged or torn bytes found in the store."),
	}
	m.registry.MustRegister(m.calls, m.applied, m.roles, m.snapshots, m.restores, m.requests, m.failed, m.damages,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// call records a player's call that has ended.
func (m *metrics) call(procedure, code string, took time.Duration) {
	m.calls.WithLabelValues(procedure[strings.LastIndexByte(procedure, '/')+1:], code).Observe(took.Seconds())
}

// note counts a note of the node.
func (m *metrics) note(n env.Note) {
	switch n.Kind {
	case env.KindApply:
		what := n.Text
		if what == "" {
			what = "effect"
		}
		m.applied.WithLabelValues(what).Inc()
	case env.KindRole:
		m.roles.WithLabelValues(n.Text).Inc()
	case env.KindSnapshot:
		m.snapshots.Inc()
	case env.KindRestore:
		m.restores.WithLabelValues(n.Text).Inc()
	case env.KindRPC:
		m.requests.WithLabelValues(n.Text).Inc()
	case env.KindReply:
		if kind, _, failed := strings.Cut(n.Text, " "); failed {
			m.failed.WithLabelValues(kind).Inc()
		}
	case env.KindCorrupt:
		m.damages.Inc()
	}
}

// watch registers the metrics that are read from the service's View at each scrape.
func (m *metrics) watch(s *api.Service) {
	gauge := func(name, help string, value func(node.View) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "raftian", Name: name, Help: help},
			func() float64 { return value(s.View()) }))
	}
	truth := func(is bool) float64 {
		if is {
			return 1
		}
		return 0
	}
	gauge("leader", "1 if the node leads.", func(v node.View) float64 { return truth(v.Role == "leader") })
	gauge("leader_known", "1 if the node knows who leads.", func(v node.View) float64 { return truth(v.Leader != "") })
	gauge("term", "The current term.", func(v node.View) float64 { return float64(v.Term) })
	gauge("log_first_index", "The first index in the log.", func(v node.View) float64 { return float64(v.First) })
	gauge("log_last_index", "The last index in the log.", func(v node.View) float64 { return float64(v.Last) })
	gauge("commit_index", "The commit index.", func(v node.View) float64 { return float64(v.Commit) })
	gauge("applied_index", "The last index that the state machine holds.", func(v node.View) float64 { return float64(v.Applied) })
	gauge("local_index", "The last index in the player's local log.", func(v node.View) float64 { return float64(v.Local) })
	gauge("snapshot_index", "The index of the last snapshot.", func(v node.View) float64 { return float64(v.Snapshot) })
	gauge("members", "Servers in the configuration.", func(v node.View) float64 { return float64(len(v.Members)) })
	gauge("leader_contact_seconds", "Since the leader was heard of; -1 if it never was, or the node leads.", func(v node.View) float64 {
		if !v.HeardOf {
			return -1
		}
		return v.Contact.Seconds()
	})
	count := func(name, help string, value func(node.View) float64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "raftian", Name: name, Help: help},
			func() float64 { return value(s.View()) }))
	}
	count("frames_total", "Frames of the game loop.", func(v node.View) float64 { return float64(v.Frames.Total) })
	count("frames_late_total", "Frames that came late by more than half a frame.", func(v node.View) float64 { return float64(v.Frames.Late) })
	gauge("frame_delay_worst_seconds", "The longest that a frame came late.", func(v node.View) float64 { return v.Frames.Worst.Seconds() })
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
