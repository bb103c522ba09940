package scene

import (
	"time"

	"raftian/game/live"
)

// LiveView is what is seen of a game that is being played. Who fills it in decides
// when a city is shown as hit; here it is only drawn.
type LiveView struct {
	W, H  int
	PixelRatio float64
	Now   time.Duration  // since the game was opened; what moves goes by it
	Game  *live.Snapshot // nil until there is one
	Slots int            // places on the map
	Own   string         // the player's city

	Cities []LiveCity
	Shots  []Shot
	Particles []Particle
	FloatingTexts []FloatingText
	Feed   []FeedLine // newest last

	Chosen string        // node or city that keys are about
	Aiming  bool          // the next click is whom to attack
	Shake  float32       // of the map, in pixels
	Leaderless time.Duration // how long nobody has led; 0 if somebody does

	Hover   bool
	X, Y    float32
	Typing  bool // in the text box
	Text    string
	Note    string
	Help    bool
	Overlay bool // numbers about frames

	Sound  Sound
	Frames LiveFrames
	Disconnected   string // why nothing is heard of the game any more; "" if all is well
}

// Sound is how what is heard is set.
type Sound struct {
	Unavailable    string // why there is none; "" if there is
	Muted  bool
	Volume float64 // 0 to 1
}

// LiveFrames is about the frames of the screen.
type LiveFrames struct {
	Asked  int     // in a second; 0 is as the browser likes
	Actual float64 // 0 if not known yet
	Draw   time.Duration
	Worst  time.Duration // in the last second
}

// LiveCity is a city as it is shown.
type LiveCity struct {
	live.City
	Slot int
	Bar  float32       // of health, from 0 to 1, on its way to what Health says
	Hurt time.Duration // when it was hit last; 0 if it was not
}

// Shot is an attack on its way.
type Shot struct {
	From, To string
	Mine     bool
	Stage    live.Stage
	Since    time.Duration // in this stage
	Began    time.Duration
	Progress      float32 // of an attack that is applied: how far the projectile is, from 0 to 1
	Fade     float32 // 1 is all there, 0 is gone
	Words    string  // what came of it, if that is not seen otherwise
	Bend     float32 // so that attacks between the same cities do not lie on each other
}

// Spark is a particle, from the middle of a city.
type Particle struct {
	City   string
	X, Y   float32 // in radii of a city
	VX, VY float32 // and per second
	Size   float32 // in pixels
	Life   float32 // 1 at first, 0 at the end
	Hot    bool
}

// Float is a word that rises from a city.
type FloatingText struct {
	City  string
	Words string
	Age   float32 // 0 at first, 1 at the end
	Good  bool
}

// FeedLine is a command that ended, in words.
type FeedLine struct {
	Words, Place string
	Stage        live.Stage
	Mine         bool
}
