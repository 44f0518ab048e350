#pragma once

// The words with which exercises are written, one header per subject.

#include "coxa/exercise/words/arms.hpp"
#include "coxa/exercise/words/feet.hpp"
#include "coxa/exercise/words/goals.hpp"
#include "coxa/exercise/words/hinge.hpp"
#include "coxa/exercise/words/holding.hpp"
#include "coxa/exercise/words/loads.hpp"
#include "coxa/exercise/words/parameters.hpp"
#include "coxa/exercise/words/points.hpp"
#include "coxa/exercise/words/squat.hpp"
#include "coxa/exercise/words/thrust.hpp"
#include "coxa/exercise/words/trunk.hpp"
