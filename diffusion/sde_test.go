package diffusion_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/diffusion"
)

// Particles that follow dx = f·x dt + g dw from x(0) = 1.5 have mean 1.5·α and standard
// deviation s, within four standard errors and the bias of the steps.
func TestMarginalAgainstSimulation(t *testing.T) {
	const particles, steps, start = 20000, 1000, 1.5
	for name, sde := range sdes() {
		rng := rand.New(rand.NewPCG(1, 2))
		x := make([]float64, particles)
		for i := range x {
			x[i] = start
		}
		dt := 1.0 / steps
		for step := range steps {
			at := (float64(step) + 0.5) * dt
			f, g := sde.Drift(at), sde.Diffusion(at)
			for i := range x {
				x[i] += f*x[i]*dt + g*math.Sqrt(dt)*rng.NormFloat64()
			}
			if now := step + 1; now == steps/4 || now == steps {
				compareMoments(t, name, sde, x, float64(now)*dt, start)
			}
		}
	}
}

func compareMoments(t *testing.T, name string, sde diffusion.SDE, x []float64, at, start float64) {
	t.Helper()
	n := float64(len(x))
	mean, variance := momentsOf(x)
	alpha, std := sde.Marginal(at)
	if !(math.Abs(mean-alpha*start) <= 4*std/math.Sqrt(n)+0.01*alpha*start) {
		t.Errorf("%s at %g: mean %.4f, want %.4f", name, at, mean, alpha*start)
	}
	if got := math.Sqrt(variance); !(math.Abs(got-std) <= std*(4/math.Sqrt(2*n)+0.01)) {
		t.Errorf("%s at %g: deviation %.4f, want %.4f", name, at, got, std)
	}
}

// The marginals solve the moment equations dm/dt = f·m and dv/dt = 2f·v + g², which are
// integrated in small steps of Heun's method.
func TestMarginalSolvesTheMomentEquations(t *testing.T) {
	for name, sde := range sdes() {
		const steps = 20000
		h := 1.0 / steps
		mean, variance := 1.0, 0.0
		for i := range steps {
			a, b := float64(i)*h, float64(i+1)*h
			fa, fb := sde.Drift(a), sde.Drift(b)
			ga, gb := sde.Diffusion(a), sde.Diffusion(b)
			m, v := mean+h*fa*mean, variance+h*(2*fa*variance+ga*ga)
			mean, variance = mean+h/2*(fa*mean+fb*m), variance+h/2*(2*fa*variance+ga*ga+2*fb*v+gb*gb)
		}
		alpha, std := sde.Marginal(1)
		near(t, name+": alpha", mean, alpha, 1e-5)
		near(t, name+": std", math.Sqrt(variance), std, 1e-5)
		near(t, name+": prior", sde.PriorStd(), std, 0)
	}
}

// With β from 0.1 to 1, as in the code that GSDNet descends from, the prior does not
// reach unit variance.
func TestWeakPrior(t *testing.T) {
	near(t, "prior of vp 0.1-1", sdes()["vp 0.1-1"].PriorStd(), math.Sqrt(1-math.Exp(-0.55)), 1e-12)
	near(t, "prior of vp 0.1-20", sdes()["vp 0.1-20"].PriorStd(), 1, 1e-4)
	near(t, "prior of ve 25", sdes()["ve 25"].PriorStd(), math.Sqrt((25*25-1)/(2*math.Log(25))), 1e-12)
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*(1+math.Abs(want))) {
		t.Errorf("%s: got %.9g, want %.9g", what, got, want)
	}
}
