package scene

import (
	"time"

	"raftian/game/live"
)

// LiveView is what is shown of a live game. Whoever fills it in decides when a city is
// shown as hit; it is only drawn here.
type LiveView struct {
	W, H       int
	PixelRatio float64
	Now        time.Duration  // since the board was opened; drives animations
	Game       *live.Snapshot // nil until there is one
	Slots      int            // positions on the map
	Own        string         // the player's city

	Cities        []LiveCity
	Shots         []Shot
	Particles     []Particle
	FloatingTexts []FloatingText
	Feed          []FeedLine // newest last

	Chosen     string        // node or city that keys act on
	Aiming     bool          // the next click chooses the target
	Shake      float32       // of the map, in pixels
	Leaderless time.Duration // how long there has been no leader; 0 if there is one

	Hover   bool
	X, Y    float32
	Typing  bool // the text box is open
	Text    string
	Note    string
	Help    bool
	Overlay bool // show frame statistics

	Sound        Sound
	Frames       LiveFrames
	Disconnected string // why the connection to the game is lost; "" if it is not
}

// Sound is the sound settings.
type Sound struct {
	Unavailable string // why there is no sound; "" if there is
	Muted       bool
	Volume      float64 // 0 to 1
}

// LiveFrames is statistics of the screen's frames.
type LiveFrames struct {
	Asked  int     // per second; 0 is up to the browser
	Actual float64 // per second; 0 if not known yet
	Draw   time.Duration
	Worst  time.Duration // in the last second
}

// LiveCity is a city as shown.
type LiveCity struct {
	live.City
	Slot int
	Bar  float32       // length of the health bar, from 0 to 1; approaches Health
	Hurt time.Duration // when it was last hit; 0 if never
}

// Shot is an attack on the map.
type Shot struct {
	From, To string
	Mine     bool
	Stage    live.Stage
	Since    time.Duration // in this stage since then
	Began    time.Duration
	Progress float32 // of the projectile of an applied attack, from 0 to 1
	Fade     float32 // opacity
	Words    string  // result, if not visible otherwise
	Bend     float32 // additional curvature, to separate attacks between the same cities
}

// Particle is a particle of an explosion.
type Particle struct {
	City   string
	X, Y   float32 // offset from the city's centre, in city radii
	VX, VY float32 // velocity, in city radii per second
	Size   float32 // in pixels
	Life   float32 // from 1 to 0
	Hot    bool
}

// FloatingText is a text that rises from a city.
type FloatingText struct {
	City  string
	Words string
	Age   float32 // from 0 to 1
	Good  bool
}

// FeedLine is a line of the feed.
type FeedLine struct {
	Words, Place string
	Stage        live.Stage
	Mine         bool
}
